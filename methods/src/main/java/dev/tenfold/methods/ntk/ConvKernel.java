package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

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
    /** A filter's 1/9 times c_sigma = 2: what makes kappa0 / 9 of E[relu' relu'] = kappa0 / 2. */
    private static final double FILTER = 2.0 / 9;
    private static final Pointwise SLOPE = DualActivation.RELU.derivativeOperation();
    private static final Pointwise ACTIVATION = Pointwise.of("cntkActivation", 4, Pointwise.Result.SAME, DualActivation.RELU.covariance().mul(FILTER));

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
            throw new IllegalArgumentException(String.format(Locale.ROOT, "CNTK: a kernel of %d x %d images needs %.0f bytes, more than the limit of %d",
                    n1, n2, 8.0 * n1 * n2, limit));
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
                    double value;
                    try (Scope inner = Scope.open(); NoGrad unrecorded = NoGrad.open()) {
                        value = new Pair(a, i, b, j, tangent).value();
                    }
                    Memory.putDouble(base + 8 * pair, value);
                    if (symmetric) Memory.putDouble(base + 8 * (j * n2 + i), value);
                }
            });
            return scope.keep(kernel);
        }
    }

    /** The sum of the plane of displacement (dy, dx) of the first image of each tensor: what pooling averages. */
    double plane(Tensor x, Tensor z, int dy, int dx) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            return new Pair(ConvImages.of(x, depth), 0, ConvImages.of(z, depth), 0, true).strip(dy, dx, dx);
        }
    }

    /** The kernel of image {@code i} of {@code a} and image {@code j} of {@code b}. */
    private final class Pair {
        private final ConvImages a;
        private final int i;
        private final ConvImages b;
        private final int j;
        private final boolean tangent;
        private final boolean same;

        Pair(ConvImages a, int i, ConvImages b, int j, boolean tangent) {
            this.a = a;
            this.i = i;
            this.b = b;
            this.j = j;
            this.tangent = tangent;
            this.same = a == b && i == j;
        }

        double value() {
            double centre = strip(0, 0, 0);
            if (!pooling) return centre;
            int h = a.height();
            int w = a.width();
            double sum = w > 1 ? strip(0, 1, w - 1) : 0;
            if (!same && w > 1) sum += strip(0, 1 - w, -1);
            for (int dy = 1; dy < h; dy++) {
                sum += strip(dy, 1 - w, w - 1);
                if (!same) sum += strip(-dy, 1 - w, w - 1);
            }
            double pixels = a.pixels();
            // Of an image with itself, the planes (dy, dx) and (-dy, -dx) are equal.
            return (centre + (same ? 2 * sum : sum)) / (pixels * pixels);
        }

        /** The sum over the pixel pairs of displacements (dy, first) to (dy, last), through all layers. */
        double strip(int dy, int first, int last) {
            ConvStrip strip = new ConvStrip(a.height(), a.width(), dy, first, last);
            double[] s = new double[strip.length()];
            double[] q1 = new double[s.length];
            double[] q2 = new double[s.length];
            strip.products(a, i, b, j, s);
            strip.box(s, q1);
            double[] t = fixEnds ? new double[s.length] : s.clone();
            for (int layer = 0; layer <= depth - 2; layer++) {
                boolean lastLayer = layer == depth - 2;
                strip.spread(a.variance(layer, i), b.variance(layer, j), q1, q2);
                // Rounding must not make a pixel less correlated with itself than 1.
                if (same && dy == 0 && first == 0 && last == 0) System.arraycopy(q1, 0, s, 0, s.length);
                activate(s, t, q1, q2, lastLayer && fixEnds);
                if (!lastLayer) {
                    strip.box(t, q1);
                    strip.box(s, q1);
                }
            }
            double sum = 0;
            for (double value : tangent ? t : s) sum += value;
            return sum;
        }

        /** {@code A = N kappa1 / 9, D = kappa0 / 9, T = T D + A, S = A}; without the last A where the last layer is fixed. */
        private void activate(double[] s, double[] t, double[] q1, double[] q2, boolean withoutA) {
            try (Scope scope = Scope.open()) {
                Tensor covariance = Tensors.of(s);
                Tensor left = Tensors.of(q1);
                Tensor right = Tensors.of(q2);
                Tensor slope = SLOPE.apply(covariance, left, right);
                MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_DOUBLE, slope.address(), q1, 0, q1.length);
                MemorySegment.copy(Memory.ALL, ValueLayout.JAVA_DOUBLE, ACTIVATION.apply(covariance, left, right, slope).address(), s, 0, s.length);
            }
            double added = withoutA ? 0 : 1;
            for (int k = 0; k < t.length; k++) t[k] = t[k] * q1[k] * FILTER + added * s[k];
        }
    }
}
