package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/** Two-dimensional convolution (cross-correlation, as the field calls it) and pooling on dense NCHW blocks, f32 and f64. */
public final class Convolution {
    /**
     * Sizes of one convolution: x [n, c, h, w], weight [k, c / groups, r, s], y [n, k, oh, ow] with
     * {@code oh = (h + 2 padH - dilationH (r - 1) - 1) / strideH + 1}.
     */
    public record Geometry(int n, int c, int h, int w, int k, int r, int s, int strideH, int strideW, int padH, int padW,
                           int dilationH, int dilationW, int groups) {
        public int outH() {
            return (h + 2 * padH - dilationH * (r - 1) - 1) / strideH + 1;
        }

        public int outW() {
            return (w + 2 * padW - dilationW * (s - 1) - 1) / strideW + 1;
        }
    }

    private Convolution() {
    }

    /** {@code y = conv(x, weight)}; bias [k] is added when not 0. */
    public static void forward(DType type, Geometry g, long x, long weight, long bias, long y) {
        throw new UnsupportedOperationException();
    }

    /** {@code dx = } the adjoint with respect to x: the transposed convolution of dy. */
    public static void backwardInput(DType type, Geometry g, long dy, long weight, long dx) {
        throw new UnsupportedOperationException();
    }

    /** {@code dw = } the adjoint with respect to weight; summed over the batch in a fixed order. */
    public static void backwardWeight(DType type, Geometry g, long x, long dy, long dw) {
        throw new UnsupportedOperationException();
    }

    /** Max pooling (c = k = groups in g, padding counts as -infinity); positions (i64, into h*w of the plane) go to {@code argmax} when not 0. NaN wins. */
    public static void maxPool(DType type, Geometry g, long x, long y, long argmax) {
        throw new UnsupportedOperationException();
    }

    /** Average pooling; padding counts as zero and is divided by when {@code countPadding}. */
    public static void averagePool(DType type, Geometry g, boolean countPadding, long x, long y) {
        throw new UnsupportedOperationException();
    }

    /** The adjoint of {@link #averagePool}. */
    public static void averagePoolBackward(DType type, Geometry g, boolean countPadding, long dy, long dx) {
        throw new UnsupportedOperationException();
    }
}
