package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/**
 * Matrix products by OpenBLAS, cut into tiles of a size fixed by the problem and run as single-threaded calls on the
 * worker pool, so that the bits do not depend on the number of threads. Row-major; f32 and f64.
 */
public final class Blas {
    private Blas() {
    }

    /** {@code C = alpha op(A) op(B) + beta C} with op(A) [m, k], op(B) [k, n], C [m, n]; leading dimensions in elements. beta 0 does not read C. */
    public static void gemm(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha,
                            long a, long lda, long b, long ldb, double beta, long c, long ldc) {
        throw new UnsupportedOperationException();
    }

    /** {@code batch} products; operand i of A lies at {@code a + i * strideA} elements (stride 0: shared). */
    public static void gemmBatched(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha,
                                   long a, long lda, long strideA, long b, long ldb, long strideB, double beta,
                                   long c, long ldc, long strideC, long batch) {
        throw new UnsupportedOperationException();
    }

    /** The version text of the OpenBLAS that is loaded, with its chosen core. */
    public static String description() {
        throw new UnsupportedOperationException();
    }
}
