package dev.tenfold.methods.ntk;

/** The convolutional kernel from its definition, with arrays over all pairs of pixels: slow and simple. */
record PixelPairs(int channels, int height, int width, int depth, boolean pooling, boolean fixEnds) {
    double value(double[] x, double[] z) {
        int n = height * width;
        double[][] lx = variances(x);
        double[][] lz = variances(z);
        double[][] s = box(products(x, z));
        double[][] t = new double[n][n];
        if (!fixEnds) for (int p = 0; p < n; p++) t[p] = s[p].clone();
        for (int layer = 0; layer <= depth - 2; layer++) {
            double[][] a = new double[n][n];
            for (int p = 0; p < n; p++) {
                for (int r = 0; r < n; r++) {
                    double scale = Math.sqrt(lx[layer][p] * lz[layer][r]);
                    double rho = Math.clamp(s[p][r] / scale, -1.0, 1.0);
                    double angle = Math.PI - Math.acos(rho);
                    a[p][r] = scale * (Math.sqrt(1 - rho * rho) + rho * angle) / (9 * Math.PI);
                    t[p][r] = t[p][r] * angle / (9 * Math.PI);
                    if (layer < depth - 2 || !fixEnds) t[p][r] += a[p][r];
                }
            }
            if (layer < depth - 2) {
                t = box(t);
                s = box(a);
            }
        }
        double sum = 0;
        for (int p = 0; p < n; p++) for (int r = 0; r < n; r++) if (pooling || p == r) sum += t[p][r];
        return pooling ? sum / ((double) n * n) : sum;
    }

    private double[][] variances(double[] x) {
        int n = height * width;
        double[][] all = new double[depth - 1][n];
        double[][] s = box(products(x, x));
        for (int layer = 0; layer < depth - 1; layer++) {
            double[][] a = new double[n][n];
            for (int p = 0; p < n; p++) {
                all[layer][p] = s[p][p];
                a[p][p] = s[p][p] / 9;
            }
            s = box(a);
        }
        return all;
    }

    private double[][] products(double[] x, double[] z) {
        int n = height * width;
        double[][] s = new double[n][n];
        for (int c = 0; c < channels; c++) for (int p = 0; p < n; p++) for (int r = 0; r < n; r++) s[p][r] += x[c * n + p] * z[c * n + r];
        return s;
    }

    private double[][] box(double[][] v) {
        int n = height * width;
        double[][] sums = new double[n][n];
        for (int p = 0; p < n; p++) {
            for (int r = 0; r < n; r++) {
                for (int a = -1; a <= 1; a++) for (int b = -1; b <= 1; b++) sums[p][r] += at(v, p / width + a, p % width + b, r / width + a, r % width + b);
            }
        }
        return sums;
    }

    private double at(double[][] v, int i, int j, int k, int l) {
        boolean inside = i >= 0 && i < height && k >= 0 && k < height && j >= 0 && j < width && l >= 0 && l < width;
        return inside ? v[i * width + j][k * width + l] : 0;
    }
}
