package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;

/**
 * Reductions of dense {@code [outer, n, inner]} blocks over the middle dimension on a device, as {@link dev.tenfold.kernels.cpu.Reductions}
 * on the CPU. Fixed trees: the bits depend on the sizes alone.
 */
public final class CudaReductions {
    private CudaReductions() {
    }

    private static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("this reduction has no CUDA kernel yet");
    }

    /**
     * {@code out[o, i] = reduce_k in[o, k, i]}; out has the type of in (bool for ALL and ANY). NaN wins in MAX and MIN. Empty n gives the
     * neutral element; MAX and MIN of nothing are the caller's error.
     */
    public static void reduce(CudaDevice device, Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        throw missing();
    }

    /**
     * {@code out[o] = reduce_k f(x)[o, k]} for the only result of {@code kernel} over {@code outer} rows of {@code n} elements, which are
     * computed and never stored: the bits of {@link #reduce} on the stored values.
     */
    public static void reduceComputed(CudaDevice device, Kind kind, PointwiseKernel kernel, long[] shape, long[][] strides, long[] inputs, double[] params,
                                      long outer, long n, long out) {
        throw missing();
    }

    /** As above, for the only result of a pipeline. */
    public static void reduceComputed(CudaDevice device, Kind kind, Pipeline pipeline, long[] shape, long[][] strides, long[] inputs, long outer, long n, long out) {
        throw missing();
    }

    /** i64 index of the first largest (or smallest) element; the first NaN counts as largest and as smallest. */
    public static void argExtreme(CudaDevice device, boolean largest, DType type, long in, long outer, long n, long inner, long outIndices) {
        throw missing();
    }

    /** Inclusive running sum along the middle dimension; {@code reverse} runs from the end. */
    public static void cumulativeSum(CudaDevice device, DType type, long in, long outer, long n, long inner, boolean reverse, long out) {
        throw missing();
    }
}
