package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;

/** Softmax, its logarithm, their gradients and log-sum-exp along the middle dimension of dense {@code [outer, n, inner]} blocks on a device; floating types. */
public final class CudaSoftmax {
    private CudaSoftmax() {
    }

    private static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("softmax has no CUDA kernel yet");
    }

    /** Softmax, or its logarithm. */
    public static void forward(CudaDevice device, boolean log, DType type, long in, long outer, long n, long inner, long out) {
        throw missing();
    }

    /** From output y and incoming g: {@code y (g - sum(g y))}; of log-softmax {@code g - exp(y) sum(g)}. */
    public static void gradient(CudaDevice device, boolean log, DType type, long y, long g, long outer, long n, long inner, long out) {
        throw missing();
    }

    /** {@code out[o, i] = log sum_k exp in[o, k, i]}; of nothing minus infinity. */
    public static void logSumExp(CudaDevice device, DType type, long in, long outer, long n, long inner, long out) {
        throw missing();
    }
}
