package dev.tenfold.nn.data.image;

import java.util.Arrays;

/**
 * Scales pictures with a triangle as filter, one direction after the other: linear interpolation where it grows; where it shrinks, the
 * triangle is as wide as two new pixels, so that every old pixel counts. Pixel i covers [i, i + 1).
 */
final class Resampling {
    /** For each new pixel, the first old pixel that counts and the weights from there on, which sum to 1. */
    private record Filter(int[] first, float[][] weights) {
        /** From {@code size} pixels to {@code wanted}. */
        static Filter of(int size, int wanted) {
            double scale = (double) size / wanted;
            double reach = Math.max(scale, 1);
            int[] first = new int[wanted];
            float[][] weights = new float[wanted][];
            for (int o = 0; o < wanted; o++) {
                double centre = (o + 0.5) * scale;
                int from = Math.max((int) Math.floor(centre - reach), 0);
                int to = Math.min((int) Math.ceil(centre + reach), size);
                double[] triangle = new double[to - from];
                double sum = 0;
                for (int i = from; i < to; i++) {
                    triangle[i - from] = Math.max(0, 1 - Math.abs(i + 0.5 - centre) / reach);
                    sum += triangle[i - from];
                }
                first[o] = from;
                weights[o] = new float[to - from];
                for (int i = 0; i < triangle.length; i++) weights[o][i] = (float) (triangle[i] / sum);
            }
            return new Filter(first, weights);
        }
    }

    private Resampling() {
    }

    /** The picture becomes its {@code h x w} from (top, left) on, scaled to {@code height x width}. */
    static void crop(Picture picture, int top, int left, int h, int w, int height, int width) {
        Filter across = Filter.of(w, width);
        Filter down = Filter.of(h, height);
        byte[] from = picture.pixels();
        int stride = picture.width();
        int plane = stride * picture.height();
        byte[] to = picture.spare(height, width);
        float[] rows = new float[h * width];
        float[] sums = new float[width];
        for (int c = 0; c < picture.channels(); c++) {
            for (int y = 0; y < h; y++) {
                int start = c * plane + (top + y) * stride + left;
                for (int x = 0; x < width; x++) {
                    float[] weights = across.weights[x];
                    int at = start + across.first[x];
                    float sum = 0;
                    for (int i = 0; i < weights.length; i++) sum += weights[i] * (from[at + i] & 0xFF);
                    rows[y * width + x] = sum;
                }
            }
            for (int y = 0; y < height; y++) {
                float[] weights = down.weights[y];
                Arrays.fill(sums, 0);
                for (int i = 0; i < weights.length; i++) {
                    int start = (down.first[y] + i) * width;
                    for (int x = 0; x < width; x++) sums[x] += weights[i] * rows[start + x];
                }
                int start = (c * height + y) * width;
                for (int x = 0; x < width; x++) to[start + x] = (byte) (int) (sums[x] + 0.5f);
            }
        }
        picture.swap();
    }
}
