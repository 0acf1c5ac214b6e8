package dev.tenfold.methods.ntk;

/**
 * The pixels (y, x) of an image for which (y + dy, x + dx) lies in the image too: rows y0 to y1, columns x0 to x1. Planes are
 * arrays of height x width of which only these are used.
 */
record Overlap(int width, int dy, int dx, int y0, int y1, int x0, int x1) {
    Overlap(int height, int width, int dy, int dx) {
        this(width, dy, dx, Math.max(0, -dy), Math.min(height, height - dy), Math.max(0, -dx), Math.min(width, width - dx));
    }

    /** Sums over 3x3 neighbours that stay inside both images, in place: rows, then columns. */
    void box(double[] v, double[] scratch) {
        for (int y = y0; y < y1; y++) {
            int row = y * width;
            for (int x = x0; x < x1; x++) {
                double sum = v[row + x];
                if (x > x0) sum += v[row + x - 1];
                if (x + 1 < x1) sum += v[row + x + 1];
                scratch[row + x] = sum;
            }
        }
        for (int y = y0; y < y1; y++) {
            int row = y * width;
            for (int x = x0; x < x1; x++) {
                double sum = scratch[row + x];
                if (y > y0) sum += scratch[row - width + x];
                if (y + 1 < y1) sum += scratch[row + width + x];
                v[row + x] = sum;
            }
        }
    }

    double sum(double[] v) {
        double sum = 0;
        for (int y = y0; y < y1; y++) for (int x = x0; x < x1; x++) sum += v[y * width + x];
        return sum;
    }
}
