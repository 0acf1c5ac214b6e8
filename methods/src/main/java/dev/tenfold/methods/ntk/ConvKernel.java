package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * The convolutional neural tangent kernel of Arora et al. 2019 (CNTK): 3x3 filters, stride 1, zero padding, ReLU, with or
 * without global average pooling.
 *
 * <p>The box sum shifts both pixels of a pair together, so the displacement between them never mixes: every displacement
 * plane runs through all layers on its own, and without pooling only the plane of displacement zero is needed.
 *
 * @param depth    convolution layers plus one, at least 2
 * @param pooling  mean over all pixel pairs (global average pooling); otherwise the sum over equal pixels
 * @param fixEnds  the first and the last layer are not trained
 */
public record ConvKernel(int depth, boolean pooling, boolean fixEnds) {
    public ConvKernel {
        if (depth < 2) throw new IllegalArgumentException("CNTK: depth " + depth + " must be at least 2");
    }

    /** The kernel [n1, n2] between images x [n1, C, H, W] and z [n2, C, H, W], f64. Pass the same tensor twice for a symmetric one. */
    public Tensor between(Tensor x, Tensor z) {
        if (x.rank() != 4 || z.rank() != 4 || !x.shape().with(0, 1).equals(z.shape().with(0, 1)) || x.elements() * z.elements() == 0) {
            throw new IllegalArgumentException("CNTK: images " + x.shape() + " and " + z.shape() + " must be [n, C, H, W] with equal C, H, W");
        }
        int n1 = (int) x.size(0);
        int n2 = (int) z.size(0);
        boolean symmetric = x == z;
        Images a = Images.of(x, depth);
        Images b = symmetric ? a : Images.of(z, depth);
        double[] kernel = new double[n1 * n2];
        WorkerPool.forRange((long) n1 * n2, 1, (from, to) -> {
            for (long pair = from; pair < to; pair++) {
                int i = (int) (pair / n2);
                int j = (int) (pair % n2);
                if (symmetric && j > i) continue;
                double value = entry(a, i, b, j);
                kernel[i * n2 + j] = value;
                if (symmetric) kernel[j * n2 + i] = value;
            }
        });
        return Tensors.of(kernel, n1, n2);
    }

    private double entry(Images a, int i, Images b, int j) {
        int h = a.height;
        int w = a.width;
        if (!pooling) return plane(a, i, b, j, 0, 0);
        double sum = 0;
        for (int dy = 1 - h; dy < h; dy++) for (int dx = 1 - w; dx < w; dx++) sum += plane(a, i, b, j, dy, dx);
        double pixels = (double) h * w;
        return sum / (pixels * pixels);
    }

    /** The sum of T over the pixel pairs ((y, x), (y + dy, x + dx)) that lie in both images. */
    private double plane(Images a, int i, Images b, int j, int dy, int dx) {
        int h = a.height;
        int w = a.width;
        double[] s = new double[h * w];
        double[] t = new double[h * w];
        double[] scratch = new double[h * w];
        for (int y = Math.max(0, -dy); y < Math.min(h, h - dy); y++) {
            for (int x = Math.max(0, -dx); x < Math.min(w, w - dx); x++) {
                double sum = 0;
                for (int c = 0; c < a.channels; c++) sum += a.pixel(i, c, y, x) * b.pixel(j, c, y + dy, x + dx);
                s[y * w + x] = sum;
            }
        }
        box(s, h, w, dy, dx, scratch);
        if (!fixEnds) System.arraycopy(s, 0, t, 0, s.length);
        for (int layer = 0; layer <= depth - 2; layer++) {
            boolean last = layer == depth - 2;
            for (int y = Math.max(0, -dy); y < Math.min(h, h - dy); y++) {
                for (int x = Math.max(0, -dx); x < Math.min(w, w - dx); x++) {
                    int at = y * w + x;
                    double scale = Math.sqrt(a.diagonal(layer, i, at) * b.diagonal(layer, j, at + dy * w + dx));
                    double rho = scale > 0 ? Math.clamp(s[at] / scale, -1.0, 1.0) : 0;
                    double angle = Math.PI - Math.acos(rho);
                    double activation = scale * (Math.sqrt((1 - rho) * (1 + rho)) + rho * angle) / Math.PI / 9;
                    t[at] = t[at] * angle / Math.PI / 9 + (last && fixEnds ? 0 : activation);
                    s[at] = activation;
                }
            }
            if (!last) {
                box(t, h, w, dy, dx, scratch);
                box(s, h, w, dy, dx, scratch);
            }
        }
        double sum = 0;
        for (double value : t) sum += value;
        return sum;
    }

    /** Sums over 3x3 neighbours that stay inside both images, in place: rows, then columns. */
    private static void box(double[] v, int h, int w, int dy, int dx, double[] scratch) {
        int y0 = Math.max(0, -dy);
        int y1 = Math.min(h, h - dy);
        int x0 = Math.max(0, -dx);
        int x1 = Math.min(w, w - dx);
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                double sum = v[y * w + x];
                if (x > x0) sum += v[y * w + x - 1];
                if (x + 1 < x1) sum += v[y * w + x + 1];
                scratch[y * w + x] = sum;
            }
        }
        for (int y = y0; y < y1; y++) {
            for (int x = x0; x < x1; x++) {
                double sum = scratch[y * w + x];
                if (y > y0) sum += scratch[(y - 1) * w + x];
                if (y + 1 < y1) sum += scratch[(y + 1) * w + x];
                v[y * w + x] = sum;
            }
        }
    }

    /** Images with the variance of every pixel before every layer: the diagonal of the image with itself. */
    private record Images(int channels, int height, int width, double[] pixels, double[][][] diagonals) {
        static Images of(Tensor x, int depth) {
            int n = (int) x.size(0);
            int c = (int) x.size(1);
            int h = (int) x.size(2);
            int w = (int) x.size(3);
            Images images = new Images(c, h, w, x.to(DType.F64).toDoubles(), new double[depth - 1][n][]);
            double[] scratch = new double[h * w];
            for (int i = 0; i < n; i++) {
                double[] q = new double[h * w];
                for (int k = 0; k < c; k++) for (int at = 0; at < h * w; at++) q[at] += Math.pow(images.pixels[(i * c + k) * h * w + at], 2);
                for (int layer = 0; layer < depth - 1; layer++) {
                    // ReLU keeps half of the variance; the filter's 1/9 times c_sigma = 2 makes it 1/9.
                    if (layer > 0) for (int at = 0; at < q.length; at++) q[at] /= 9;
                    box(q, h, w, 0, 0, scratch);
                    images.diagonals[layer][i] = q.clone();
                }
            }
            return images;
        }

        double pixel(int i, int c, int y, int x) {
            return pixels[((i * channels + c) * height + y) * width + x];
        }

        double diagonal(int layer, int i, int at) {
            return diagonals[layer][i][at];
        }
    }
}
