package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;

/** Copies and fills of strided regions on a device; strides are in elements. */
public final class CudaCopy {
    private CudaCopy() {
    }

    private static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("copies have no CUDA kernel yet");
    }

    /** Strided to strided copy of one element type; strides of 0 and below are allowed for the source. The regions do not overlap. */
    public static void copy(CudaDevice device, DType type, long[] shape, long from, long[] fromStrides, long to, long[] toStrides) {
        throw missing();
    }

    /** Sets every element of a strided region to {@code value}. */
    public static void fill(CudaDevice device, DType type, long[] shape, long to, long[] toStrides, double value) {
        throw missing();
    }

    /** Sets {@code n} dense elements to {@code value}. */
    public static void fill(CudaDevice device, DType type, long n, long to, double value) {
        throw missing();
    }
}
