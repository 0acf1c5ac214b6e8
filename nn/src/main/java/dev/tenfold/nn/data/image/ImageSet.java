package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Splits;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.List;

/**
 * Labelled images of one size, u8 [n, c, h, w] in one Java array, so at most 2 GB. It cannot be changed.
 */
public final class ImageSet implements Images {
    /** Two parts of a set, to learn from and to measure on. */
    public record Split(ImageSet train, ImageSet test) {
        /** For example {@code cifar10: 8000 training and 1000 test images [3, 32, 32], 10 classes}. */
        public String describe() {
            return train.name.replaceAll(" train$", "") + ": " + train.size() + " training and " + test.size() + " test images [" + train.channels + ", "
                    + train.height + ", " + train.width + "], " + train.classes + " classes";
        }
    }

    // N images, C channels, H rows, W columns
    private final String name;
    private final byte[] pixels;
    private final int channels;
    private final int height;
    private final int width;
    private final int[] labels;
    private final int classes;
    private final List<String> classNames;

    /**
     * A set; it takes the arrays over.
     *
     * @param pixels     [n, c, h, w]
     * @param labels     [n], each from 0 to {@code classes - 1}
     * @param classNames one per class, or none when they are not known
     */
    public ImageSet(String name, byte[] pixels, int channels, int height, int width, int[] labels, int classes, List<String> classNames) {
        long imageSize = (long) channels * height * width;
        if (channels < 1 || height < 1 || width < 1 || imageSize * labels.length != pixels.length) {
            throw new IllegalArgumentException("ImageSet " + name + ": " + pixels.length + " pixel bytes are not " + labels.length + " images of ["
                    + channels + ", " + height + ", " + width + "]");
        }
        if (classes < 1 || !classNames.isEmpty() && classNames.size() != classes) {
            throw new IllegalArgumentException("ImageSet " + name + ": " + classes + " classes with " + classNames.size() + " names");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException("ImageSet " + name + ": label " + labels[i] + " of image " + i + " is not in 0.." + (classes - 1));
            }
        }
        this.name = name;
        this.pixels = pixels;
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.labels = labels;
        this.classes = classes;
        this.classNames = List.copyOf(classNames);
    }

    @Override
    public String name() {
        return name;
    }

    /** The number of images. */
    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int channels() {
        return channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The number of classes; some may have no image here. */
    public int classes() {
        return classes;
    }

    /** One per class, or none. */
    public List<String> classNames() {
        return classNames;
    }

    /** The bytes of one image: {@code c h w}. */
    public int imageBytes() {
        return channels * height * width;
    }

    @Override
    public int label(int image) {
        return labels[image];
    }

    /** The labels, as a fresh array. */
    public int[] labels() {
        return labels.clone();
    }

    /** How many images each class has. */
    public int[] classCounts() {
        int[] counts = new int[classes];
        for (int label : labels) counts[label]++;
        return counts;
    }

    /** Copies the pixels [c, h, w] of one image to {@code to} from {@code at}. */
    public void copyImage(int image, byte[] to, int at) {
        System.arraycopy(pixels, Math.multiplyExact(image, imageBytes()), to, at, imageBytes());
    }

    @Override
    public Picture picture(int image) {
        int bytes = imageBytes();
        int from = Math.multiplyExact(image, bytes);
        return new Picture(Arrays.copyOfRange(pixels, from, from + bytes), channels, height, width);
    }

    /** The pixel (0 to 255) at a place. */
    public int pixel(int image, int channel, int row, int column) {
        return pixels[((image * channels + channel) * height + row) * width + column] & 0xFF;
    }

    /** All pixels: u8 [n, c, h, w]. */
    public Tensor images() {
        return Tensors.of(pixels, size(), channels, height, width);
    }

    /** All labels: i64 [n]. */
    public Tensor labelTensor() {
        long[] wide = new long[labels.length];
        for (int i = 0; i < wide.length; i++) wide[i] = labels[i];
        return Tensors.of(wide, wide.length);
    }

    /** The same images with names for the classes. */
    public ImageSet withClassNames(List<String> names) {
        return new ImageSet(name, pixels, channels, height, width, labels, classes, names);
    }

    /** The images of the given rows, in that order; a row may come more than once. */
    public ImageSet subset(String newName, int[] rows) {
        byte[] some = new byte[Math.multiplyExact(rows.length, imageBytes())];
        int[] theirLabels = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= size()) throw new IndexOutOfBoundsException("subset of " + name + ": row " + rows[i] + " of " + size());
            copyImage(rows[i], some, i * imageBytes());
            theirLabels[i] = labels[rows[i]];
        }
        return new ImageSet(newName, some, channels, height, width, theirLabels, classes, classNames);
    }

    /** The first {@code count} images, or all when there are fewer. */
    public ImageSet first(int count) {
        return count >= size() ? this : subset(name, range(0, count));
    }

    /**
     * Splits off a test set: of each class, {@code round(testShare n_class)} images chosen by {@code seed}. Both parts keep the
     * order of this set.
     *
     * @throws IllegalArgumentException when one part would be empty
     */
    public Split split(double testShare, long seed) {
        int[][] rows = Splits.stratified(labels, testShare, new Generator(seed));
        return new Split(part(" train", rows[0]), part(" test", rows[1]));
    }

    private ImageSet part(String suffix, int[] rows) {
        if (rows.length == 0) throw new IllegalArgumentException("split of " + name + ": " + size() + " images leave none for" + suffix);
        return subset(name + suffix, rows);
    }

    private static int[] range(int from, int to) {
        int[] rows = new int[to - from];
        for (int i = 0; i < rows.length; i++) rows[i] = from + i;
        return rows;
    }

    /** For example {@code cifar10 train: 8000 images [3, 32, 32], 10 classes}. */
    @Override
    public String toString() {
        return name + ": " + size() + " images [" + channels + ", " + height + ", " + width + "], " + classes + " classes";
    }
}
