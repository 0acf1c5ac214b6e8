package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/** Factorisations of dense row-major f32 or f64 matrices, in place unless said otherwise. Batched: {@code batch} matrices one after another, spread over the pool. */
public final class Lapack {
    private Lapack() {
    }

    /** Lower Cholesky factor in place, upper triangle zeroed. Returns -1, or {@code matrix * n + pivot} (0-based) of the first failure. */
    public static long cholesky(DType type, long a, long n, long batch) {
        throw new UnsupportedOperationException();
    }

    /** Solves {@code op(T) X = B} in place of B [n, m] per matrix; T [n, n] triangular. */
    public static void triangularSolve(DType type, boolean upper, boolean transpose, boolean unitDiagonal, long t, long b, long n, long m, long batch) {
        throw new UnsupportedOperationException();
    }

    /** LU with partial pivoting in place of A; pivots i32 [batch, n], 1-based rows. Returns -1, or {@code matrix * n + pivot} of the first exactly singular pivot. */
    public static long lu(DType type, long a, long pivots, long n, long batch) {
        throw new UnsupportedOperationException();
    }

    /** Solves {@code op(A) X = B} from {@link #lu}'s factors, in place of B [n, m]. */
    public static void luSolve(DType type, boolean transpose, long lu, long pivots, long b, long n, long m, long batch) {
        throw new UnsupportedOperationException();
    }

    /** Symmetric eigenproblem (lower triangle read): eigenvalues ascending to w [n], A replaced by V with eigenvectors in its columns (signs fixed: largest component positive). Returns -1 or the failing matrix. */
    public static long eigenSymmetric(DType type, long a, long w, long n, long batch) {
        throw new UnsupportedOperationException();
    }

    /** Thin SVD of A [m, n] (destroyed): U [m, k], s [k] descending, Vt [k, n], k = min(m, n). Signs fixed: largest component of each column of U positive. Returns -1 or the failing matrix. */
    public static long svd(DType type, long a, long u, long s, long vt, long m, long n, long batch) {
        throw new UnsupportedOperationException();
    }
}
