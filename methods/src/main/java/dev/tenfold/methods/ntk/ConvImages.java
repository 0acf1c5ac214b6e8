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
        ConvStrip whole = new ConvStrip(h, w, 0, 0, 0);
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

    /** Where channel {@code c} of image {@code i} starts. */
    int offset(int i, int c) {
        return (i * channels + c) * pixels();
    }

    /** The variance of every pixel of image {@code i} before layer {@code layer}. */
    double[] variance(int layer, int i) {
        return variances[layer][i];
    }
}
