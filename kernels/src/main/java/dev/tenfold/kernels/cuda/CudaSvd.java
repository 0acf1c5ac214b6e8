package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Thin singular value decompositions of batches of f32 or f64 matrices on a device, by the one-sided Jacobi method in a block's shared memory. Work is
 * enqueued on the device's current stream.
 */
public final class CudaSvd {
    /** Beyond so many columns, or rows where these are fewer, a block takes longer than the host. */
    private static final int MOST = 128;
    private static final int MOST_WARPS = 16;
    private static final Map<DType, CudaKernel> KERNELS = new EnumMap<>(Map.of(DType.F32, kernel(DType.F32), DType.F64, kernel(DType.F64)));

    private CudaSvd() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("linalg/svd.cu", "ELEMENT", CudaText.name(type));
    }

    private static CudaKernel kernel(DType type) {
        return CudaKernel.of(source(type), "svd", Parameter.POINTER, Parameter.I32, Parameter.I32, Parameter.POINTER, Parameter.POINTER, Parameter.POINTER, Parameter.POINTER);
    }

    static KernelFamily family() {
        return new KernelFamily("svd", "batched singular value decompositions", true, () -> List.of(source(DType.F32), source(DType.F64)));
    }

    /** The columns, what turned them, an odd number of elements apart, and of each its length twice and its place. */
    private static long sharedBytes(DType type, long m, long n) {
        long k = Math.min(m, n);
        return (k * (Math.max(m, n) | 1) + k * (k | 1) + 2 * k) * type.bytes() + k * Integer.BYTES;
    }

    /** Whether matrices [m, n] fit into a block's shared memory, and are so small that a block is fast. */
    public static boolean takes(CudaDevice device, DType type, long m, long n) {
        return Math.min(m, n) <= MOST && Math.max(m, n) <= 1 << 16 && sharedBytes(type, m, n) <= device.properties().sharedMemoryOptIn() - 1024;
    }

    /**
     * Of A [m, n] per matrix U [m, k], s [k] descending and Vt [k, n], k = min(m, n); of each column of U the largest component is positive. Returns -1 or
     * the first failing matrix (one with NaN or infinity fails), whose results are NaN. For that it waits for the stream; while a graph is captured it
     * does not, and returns -1. {@link #takes} must hold.
     */
    public static long decompose(CudaDevice device, DType type, long a, long u, long s, long vt, long m, long n, long batch) {
        if (m * n * batch == 0) return -1;
        int warps = (int) Math.min(MOST_WARPS, (Math.min(m, n) + 1) / 2);
        try (FirstFailure failure = new FirstFailure(device)) {
            KERNELS.get(type).on(device.stream()).pointer(a).i32((int) m).i32((int) n).pointer(u).pointer(s).pointer(vt).pointer(failure.address())
                    .launch(CudaPointwise.blocks(batch), 32 * warps, (int) sharedBytes(type, m, n));
            return failure.read();
        }
    }
}
