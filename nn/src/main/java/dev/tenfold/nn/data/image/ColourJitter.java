package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Draws;

/**
 * Random changes of colour, always in this order: brightness, contrast, saturation, hue. Every change is rounded to whole pixel values 0
 * to 255. With f uniform in [max(0, 1 - s), 1 + s] for the strength s of each of the first three:
 *
 * <ul>
 * <li>brightness: {@code f p};
 * <li>contrast: {@code f p + (1 - f) m}, where m is the mean luminance of the image;
 * <li>saturation: {@code f p + (1 - f) l}, where l is the luminance {@code 0.299 r + 0.587 g + 0.114 b} of the pixel;
 * <li>hue: turned by a part of the colour circle uniform in [-s, s], saturation and value of HSV as they were.
 * </ul>
 *
 * Grey images know brightness and contrast only.
 *
 * @param brightness strength, 0 for none
 * @param contrast   strength, 0 for none
 * @param saturation strength, 0 for none
 * @param hue        strength, 0 to 0.5
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue) implements Augmentation {
    /** Checks the strengths. */
    public ColourJitter {
        if (!(brightness >= 0 && contrast >= 0 && saturation >= 0) || !(hue >= 0 && hue <= 0.5)) {
            throw new IllegalArgumentException("ColourJitter: strengths " + brightness + ", " + contrast + ", " + saturation + " must not be negative, and hue " + hue + " must be in [0, 0.5]");
        }
    }

    @Override
    public void apply(Picture picture, Draws draws) {
        byte[] p = picture.pixels();
        boolean colour = picture.channels() == 3;
        int plane = picture.height() * picture.width();
        // All four are drawn, so that the strength of one does not change what the others do.
        float[] factors = {factor(brightness, draws), factor(contrast, draws), factor(saturation, draws), (float) draws.uniform(-hue, hue)};
        if (brightness > 0) blend(p, factors[0], 0);
        if (contrast > 0) blend(p, factors[1], colour ? meanLuminance(p, plane) : mean(p));
        if (colour && saturation > 0) saturate(p, plane, factors[2]);
        if (colour && hue > 0) turn(p, plane, factors[3]);
    }

    private static float factor(double strength, Draws draws) {
        return (float) draws.uniform(Math.max(0, 1 - strength), 1 + strength);
    }

    private static byte round(float value) {
        return (byte) (int) Math.clamp(value + 0.5f, 0f, 255f);
    }

    private static void blend(byte[] p, float factor, float towards) {
        byte[] table = new byte[256];
        for (int v = 0; v < 256; v++) table[v] = round(factor * v + (1 - factor) * towards);
        for (int i = 0; i < p.length; i++) p[i] = table[p[i] & 0xFF];
    }

    private static float luminance(byte[] p, int plane, int i) {
        return 0.299f * (p[i] & 0xFF) + 0.587f * (p[plane + i] & 0xFF) + 0.114f * (p[2 * plane + i] & 0xFF);
    }

    private static float meanLuminance(byte[] p, int plane) {
        double sum = 0;
        for (int i = 0; i < plane; i++) sum += luminance(p, plane, i);
        return (float) (sum / plane);
    }

    private static float mean(byte[] p) {
        long sum = 0;
        for (byte v : p) sum += v & 0xFF;
        return (float) ((double) sum / p.length);
    }

    private static void saturate(byte[] p, int plane, float factor) {
        for (int i = 0; i < plane; i++) {
            float rest = (1 - factor) * luminance(p, plane, i);
            for (int c = i; c < p.length; c += plane) p[c] = round(factor * (p[c] & 0xFF) + rest);
        }
    }

    /** All three channels become the luminance. */
    static void grey(byte[] p, int plane) {
        for (int i = 0; i < plane; i++) p[i] = p[plane + i] = p[2 * plane + i] = round(luminance(p, plane, i));
    }

    /** Turns the hue; with value v, chroma d and hue h in sixths of the circle, a channel is {@code v - d clamp(min(k, 4 - k), 0, 1)} with k = (n + h) mod 6, n = 5, 3, 1. */
    private static void turn(byte[] p, int plane, float by) {
        for (int i = 0; i < plane; i++) {
            int r = p[i] & 0xFF;
            int g = p[plane + i] & 0xFF;
            int b = p[2 * plane + i] & 0xFF;
            int value = Math.max(r, Math.max(g, b));
            float chroma = value - Math.min(r, Math.min(g, b));
            if (chroma == 0) continue;
            float h = value == r ? (g - b) / chroma : value == g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
            h += 6 * by + 6;
            p[i] = channel(value, chroma, 5 + h);
            p[plane + i] = channel(value, chroma, 3 + h);
            p[2 * plane + i] = channel(value, chroma, 1 + h);
        }
    }

    private static byte channel(int value, float chroma, float k) {
        float in = k % 6;
        return round(value - chroma * Math.clamp(Math.min(in, 4 - in), 0f, 1f));
    }
}
