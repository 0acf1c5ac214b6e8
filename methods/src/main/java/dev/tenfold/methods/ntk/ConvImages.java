package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;

/** Images with the variance of every pixel before every layer: the diagonal of each image's kernel with itself. */
record ConvImages(int channels, int height, int width, double[] values, double[][][] variances) {
    static ConvImages of(Tensor x, int depth) {
        int n = (int) x.size(0);
        int c = (int) x.size(1);
        int h = (int) x.size(2);
        int w = (int) x.size(3);
        double[] values = x.to(DType.F64).toDoubles();
        for (double v : values) if (!Double.isFinite(v)) throw new IllegalArgumentException("CNTK: the images " + x.shape() + " hold NaN or infinity");
        double[][][] variances = new double[depth - 1][n][];
        double[] scratch = new double[h * w];
        Overlap whole = new Overlap(h, w, 0, 0);
        for (int i = 0; i < n; i++) {
            double[] q = new double[h * w];
            for (int k = 0; k < c; k++) {
                for (int at = 0; at < h * w; at++) {
                    double v = values[(i * c + k) * h * w + at];
                    q[at] += v * v;
                }
            }
            for (int layer = 0; layer < depth - 1; layer++) {
                // ReLU keeps half of the variance; the filter's 1/9 times c_sigma = 2 makes it 1/9.
                if (layer > 0) for (int at = 0; at < q.length; at++) q[at] /= 9;
                whole.box(q, scratch);
                variances[layer][i] = q.clone();
            }
        }
        return new ConvImages(c, h, w, values, variances);
    }

    int pixels() {
        return height * width;
    }

    /** {@code sum_c a_i[c, y, x] b_j[c, y + dy, x + dx]} over the overlap. */
    void products(int i, ConvImages b, int j, Overlap overlap, double[] s) {
        int shift = overlap.dy() * width + overlap.dx();
        for (int y = overlap.y0(); y < overlap.y1(); y++) {
            for (int x = overlap.x0(); x < overlap.x1(); x++) {
                int at = y * width + x;
                double sum = 0;
                for (int c = 0; c < channels; c++) sum += values[(i * channels + c) * pixels() + at] * b.values[(j * channels + c) * pixels() + at + shift];
                s[at] = sum;
            }
        }
    }

    double variance(int layer, int i, int at) {
        return variances[layer][i][at];
    }
}
