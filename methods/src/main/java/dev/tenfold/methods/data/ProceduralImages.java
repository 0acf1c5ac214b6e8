package dev.tenfold.methods.data;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import java.util.List;

/**
 * Images made from a seed, for machines without data: one of ten shapes, with a soft edge, at a random place, size, angle (up to 17
 * degrees) and contrast (lighter or darker than the ground), on a ground that runs from one grey to another, with a thin stroke across and
 * Gaussian noise. With three channels, ground and shape have random colours. An image depends on the seed and its number alone.
 *
 * @param channels 1 or 3
 * @param size     height and width, at least 8
 * @param noise    standard deviation of the noise, as a share of the range of a pixel
 */
public record ProceduralImages(int channels, int size, double noise) {
    /** The classes, by label. */
    public static final List<String> CLASSES = List.of("disc", "ring", "square", "frame", "triangle", "plus", "cross", "bars", "columns", "crescent");

    /** Random numbers per image beside the noise. */
    private static final int DRAWS = 24;

    public ProceduralImages {
        if (channels != 1 && channels != 3) throw new IllegalArgumentException("procedural images: " + channels + " channels; 1 or 3 are possible");
        if (size < 8) throw new IllegalArgumentException("procedural images: size " + size + " must be at least 8");
        if (!(noise >= 0)) throw new IllegalArgumentException("procedural images: noise " + noise + " must not be negative");
    }

    /** A training and a test set with equally many images of each class (the first classes have one more where the numbers do not divide). */
    public ImageSet.Split split(Generator generator, int train, int test) {
        return new ImageSet.Split(set("shapes train", generator.fork(0), train), set("shapes test", generator.fork(1), test));
    }

    private ImageSet set(String name, Generator generator, int count) {
        int imageBytes = channels * size * size;
        byte[] pixels = new byte[Math.multiplyExact(count, imageBytes)];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % CLASSES.size();
            draw(generator.fork(i), labels[i], pixels, i * imageBytes);
        }
        return new ImageSet(name, pixels, channels, size, size, labels, CLASSES.size(), CLASSES);
    }

    private void draw(Generator generator, int label, byte[] pixels, int at) {
        double[] u;
        double[] grain;
        try (Scope scope = Scope.open()) {
            u = generator.uniform(DType.F64, DRAWS).toDoubles();
            grain = generator.normal(DType.F64, (long) channels * size * size).toDoubles();
        }
        double radius = size * (0.22 + 0.14 * u[0]);
        double cx = size / 2.0 + (u[1] - 0.5) * 0.3 * size;
        double cy = size / 2.0 + (u[2] - 0.5) * 0.3 * size;
        double angle = (u[3] - 0.5) * 0.6;
        double cos = Math.cos(angle);
        double sin = Math.sin(angle);
        double slope = u[4] * 2 * Math.PI;
        double strokeAngle = u[5] * Math.PI;
        double strokeOffset = (u[6] - 0.5) * size;
        double sign = u[7] < 0.5 ? -1 : 1;
        double contrast = 0.25 + 0.35 * u[8];
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                double dx = x + 0.5 - cx;
                double dy = y + 0.5 - cy;
                double distance = shape(label, (cos * dx + sin * dy) / radius, (cos * dy - sin * dx) / radius) * radius;
                double inside = Math.clamp(0.5 - distance, 0.0, 1.0);
                double along = (x + 0.5 - size / 2.0) * Math.cos(strokeAngle) + (y + 0.5 - size / 2.0) * Math.sin(strokeAngle) - strokeOffset;
                double stroke = Math.clamp(1 - Math.abs(along), 0.0, 1.0);
                double ramp = ((x - size / 2.0) * Math.cos(slope) + (y - size / 2.0) * Math.sin(slope)) / size;
                for (int c = 0; c < channels; c++) {
                    double ground = 0.5 - sign * contrast / 2 + 0.2 * (u[9 + c] - 0.5) + 0.3 * u[12 + c] * ramp;
                    double paint = sign * contrast * (0.7 + 0.6 * u[15 + c]);
                    int k = (c * size + y) * size + x;
                    double value = ground + 0.5 * (u[18] - 0.5) * stroke + inside * paint + noise * grain[k];
                    pixels[at + k] = (byte) Math.round(255 * Math.clamp(value, 0.0, 1.0));
                }
            }
        }
    }

    /** The signed distance of (u, v) from the shape of a class with extent 1, negative inside (for the corners only a bound). */
    private static double shape(int label, double u, double v) {
        double r = Math.hypot(u, v);
        double square = Math.max(Math.abs(u), Math.abs(v));
        return switch (label) {
            case 0 -> r - 1;
            case 1 -> Math.abs(r - 0.8) - 0.2;
            case 2 -> square - 0.85;
            case 3 -> Math.abs(square - 0.75) - 0.2;
            case 4 -> Math.max(0.866 * Math.abs(u) - 0.5 * v, v) - 0.5;
            case 5 -> plus(u, v);
            case 6 -> plus(Math.sqrt(0.5) * (u + v), Math.sqrt(0.5) * (u - v));
            case 7 -> Math.max(Math.abs(Math.abs(v) - 0.55) - 0.22, Math.abs(u) - 1);
            case 8 -> Math.max(Math.abs(Math.abs(u) - 0.55) - 0.22, Math.abs(v) - 1);
            default -> Math.max(r - 1, 0.8 - Math.hypot(u - 0.55, v));
        };
    }

    private static double plus(double u, double v) {
        return Math.min(Math.max(Math.abs(u) - 0.25, Math.abs(v) - 1), Math.max(Math.abs(v) - 0.25, Math.abs(u) - 1));
    }
}
