package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;

/**
 * The convolutional neural tangent kernel of Arora et al. 2019 (CNTK): 3x3 filters, stride 1, zero padding, ReLU, with or
 * without global average pooling; the official script's scaling, which is {@code C / 2} times neural-tangents' (C channels,
 * sigma_w^2 = 2), and without pooling {@code C / 2} times the pixels.
 *
 * <p>The box sum shifts both pixels of a pair together, so the displacement between them never mixes: every displacement
 * plane runs through all layers on its own, and without pooling only the plane of displacement zero is needed. f64; pairs of
 * images over the worker pool; the cost of a pair is {@code depth (pooling ? (H W)^2 : H W)}.
 *
 * @param depth    convolution layers plus one, at least 2
 * @param pooling  mean over all pixel pairs (global average pooling); otherwise the sum over equal pixels
 * @param fixEnds  the first and the last layer are not trained; the paper's CNTK-GAP has both pooling and fixed ends
 */
public record ConvKernel(int depth, boolean pooling, boolean fixEnds) {
    public ConvKernel {
        if (depth < 2) throw new IllegalArgumentException("CNTK: depth " + depth + " must be at least 2");
    }

    /** The tangent kernel [n1, n2] between images x [n1, C, H, W] and z [n2, C, H, W]. Pass the same tensor twice for a symmetric one. */
    public Tensor between(Tensor x, Tensor z) {
        return compute(x, z, true);
    }

    /** The Gaussian-process kernel [n1, n2] of the same network. */
    public Tensor nngp(Tensor x, Tensor z) {
        return compute(x, z, false);
    }

    private Tensor compute(Tensor x, Tensor z, boolean tangent) {
        if (x.rank() != 4 || z.rank() != 4 || !x.shape().with(0, 1).equals(z.shape().with(0, 1)) || x.elements() * z.elements() == 0) {
            throw new IllegalArgumentException("CNTK: images " + x.shape() + " and " + z.shape() + " must be [n, C, H, W] with equal C, H, W, not empty");
        }
        long n1 = x.size(0);
        long n2 = z.size(0);
        long limit = HostAllocator.get().limit();
        if (8.0 * n1 * n2 > limit) {
            throw new IllegalArgumentException(String.format("CNTK: a kernel of %d x %d images needs %.0f bytes, more than the limit of %d", n1, n2, 8.0 * n1 * n2, limit));
        }
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            boolean symmetric = x == z;
            ConvImages a = ConvImages.of(x, depth);
            ConvImages b = symmetric ? a : ConvImages.of(z, depth);
            Tensor kernel = Tensors.zeros(DType.F64, n1, n2);
            long base = kernel.address();
            WorkerPool.forRange(n1 * n2, 1, (from, to) -> {
                for (long pair = from; pair < to; pair++) {
                    int i = (int) (pair / n2);
                    int j = (int) (pair % n2);
                    if (symmetric && j > i) continue;
                    double value = new Pair(a, i, b, j, tangent).value();
                    Memory.putDouble(base + 8 * pair, value);
                    if (symmetric) Memory.putDouble(base + 8 * (j * n2 + i), value);
                }
            });
            return scope.keep(kernel);
        }
    }

    /** The sum of the plane of displacement (dy, dx) of the first image of each tensor: what pooling averages. */
    double plane(Tensor x, Tensor z, int dy, int dx) {
        return new Pair(ConvImages.of(x, depth), 0, ConvImages.of(z, depth), 0, true).plane(dy, dx);
    }

    /** Two images, with room for one plane. */
    private final class Pair {
        private final ConvImages a;
        private final int i;
        private final ConvImages b;
        private final int j;
        private final boolean tangent;
        private final boolean same;
        private final double[] s;
        private final double[] t;
        private final double[] scratch;

        Pair(ConvImages a, int i, ConvImages b, int j, boolean tangent) {
            this.a = a;
            this.i = i;
            this.b = b;
            this.j = j;
            this.tangent = tangent;
            this.same = a == b && i == j;
            s = new double[a.pixels()];
            t = new double[a.pixels()];
            scratch = new double[a.pixels()];
        }

        double value() {
            double centre = plane(0, 0);
            if (!pooling) return centre;
            double sum = 0;
            for (int dy = same ? 0 : 1 - a.height(); dy < a.height(); dy++) {
                // Of an image with itself, the planes (dy, dx) and (-dy, -dx) are equal.
                for (int dx = same && dy == 0 ? 1 : 1 - a.width(); dx < a.width(); dx++) if (dy != 0 || dx != 0) sum += plane(dy, dx);
            }
            double pixels = a.pixels();
            return (centre + (same ? 2 * sum : sum)) / (pixels * pixels);
        }

        /** The sum over the pixel pairs ((y, x), (y + dy, x + dx)) that lie in both images. */
        double plane(int dy, int dx) {
            Overlap overlap = new Overlap(a.height(), a.width(), dy, dx);
            a.products(i, b, j, overlap, s);
            overlap.box(s, scratch);
            if (fixEnds) Arrays.fill(t, 0);
            else System.arraycopy(s, 0, t, 0, s.length);
            for (int layer = 0; layer <= depth - 2; layer++) {
                boolean last = layer == depth - 2;
                activate(layer, overlap, last && fixEnds);
                if (!last) {
                    overlap.box(t, scratch);
                    overlap.box(s, scratch);
                }
            }
            return overlap.sum(tangent ? t : s);
        }

        /** {@code A = N kappa1 / 9, D = kappa0 / 9, T = T D + A, S = A}; without the last A where the last layer is fixed. */
        private void activate(int layer, Overlap overlap, boolean withoutA) {
            int shift = overlap.dy() * a.width() + overlap.dx();
            // Rounding must not make a pixel less correlated with itself than 1.
            boolean exact = same && shift == 0 && overlap.dy() == 0;
            for (int y = overlap.y0(); y < overlap.y1(); y++) {
                for (int x = overlap.x0(); x < overlap.x1(); x++) {
                    int at = y * a.width() + x;
                    double scale = Math.sqrt(a.variance(layer, i, at)) * Math.sqrt(b.variance(layer, j, at + shift));
                    double rho = exact ? 1 : scale > 0 ? Math.clamp(s[at] / scale, -1.0, 1.0) : 0;
                    double angle = Math.PI - Math.acos(rho);
                    double activation = scale * (Math.sqrt((1 - rho) * (1 + rho)) + rho * angle) / Math.PI / 9;
                    t[at] = t[at] * angle / Math.PI / 9 + (withoutA ? 0 : activation);
                    s[at] = activation;
                }
            }
        }
    }
}
