package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.CudaText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Eigenvalues and eigenvectors of batches of symmetric f32 or f64 matrices on a device, by Jacobi's method in a block's shared memory. Work is enqueued on
 * the device's current stream.
 */
public final class CudaEigen {
    /** Beyond it a block takes longer than the host. */
    private static final int MOST = 128;
    private static final Map<DType, CudaKernel> KERNELS = new EnumMap<>(Map.of(DType.F32, kernel(DType.F32), DType.F64, kernel(DType.F64)));

    private CudaEigen() {
    }

    private static KernelSource source(DType type) {
        return KernelSource.of("linalg/eigen.cu", "ELEMENT", CudaText.name(type));
    }

    private static CudaKernel kernel(DType type) {
        return CudaKernel.of(source(type), "eigen", Parameter.POINTER, Parameter.POINTER, Parameter.I32, Parameter.POINTER);
    }

    static KernelFamily family() {
        return new KernelFamily("eigen", "batched symmetric eigenvalues and eigenvectors", true, () -> List.of(source(DType.F32), source(DType.F64)));
    }

    /** Two matrices of an even number of rows, an odd number of elements apart; of each pair a rotation, its tangent and a mark; of each row a value and its place. */
    private static long sharedBytes(DType type, long n) {
        long even = n + n % 2;
        return (2 * even * (even | 1) + 5 * even / 2) * type.bytes() + 3 * even / 2 * Integer.BYTES;
    }

    /** Whether matrices [n, n] fit into a block's shared memory, and are so small that a block is fast. */
    public static boolean takes(CudaDevice device, DType type, long n) {
        return n <= MOST && sharedBytes(type, n) <= device.properties().sharedMemoryOptIn() - 1024;
    }

    /**
     * Eigenvalues ascending to w [batch, n], the symmetric A [n, n] per matrix replaced by V with eigenvectors in its columns (largest component positive).
     * Returns -1 or the first failing matrix (one with NaN or infinity fails), whose results are NaN. For that it waits for the stream; while a graph is
     * captured it does not, and returns -1. {@link #takes} must hold.
     */
    public static long symmetric(CudaDevice device, DType type, long a, long w, long n, long batch) {
        if (n * batch == 0) return -1;
        int threads = n <= 8 ? 32 : n <= 16 ? 64 : n <= 32 ? 128 : n <= 64 ? 256 : 512;
        try (FirstFailure failure = new FirstFailure(device)) {
            KERNELS.get(type).on(device.stream()).pointer(a).pointer(w).i32((int) n).pointer(failure.address())
                    .launch(CudaPointwise.blocks(batch), threads, (int) sharedBytes(type, n));
            long first = failure.read();
            return first < 0 ? -1 : first / n;
        }
    }
}
