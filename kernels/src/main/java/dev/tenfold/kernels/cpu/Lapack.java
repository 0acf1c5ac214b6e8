package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import java.lang.invoke.MethodHandle;

/**
 * Factorisations of dense row-major f32 or f64 matrices, in place unless said otherwise. Batched: {@code batch} matrices one
 * after another, spread over the pool. A row-major matrix is its transpose to LAPACK, which reads columns.
 */
public final class Lapack {
    private static final int BLOCK = 192;
    private static final MethodHandle SPOTRF = OpenBlas.lapack("LAPACKE_spotrf", "IBIPI");
    private static final MethodHandle DPOTRF = OpenBlas.lapack("LAPACKE_dpotrf", "IBIPI");
    private static final MethodHandle SGETRF = OpenBlas.lapack("LAPACKE_sgetrf", "IIIPIP");
    private static final MethodHandle DGETRF = OpenBlas.lapack("LAPACKE_dgetrf", "IIIPIP");
    private static final MethodHandle SGETRS = OpenBlas.lapack("LAPACKE_sgetrs", "IBIIPIPPI");
    private static final MethodHandle DGETRS = OpenBlas.lapack("LAPACKE_dgetrs", "IBIIPIPPI");
    private static final MethodHandle SSYEVD = OpenBlas.lapack("LAPACKE_ssyevd", "IBBIPIP");
    private static final MethodHandle DSYEVD = OpenBlas.lapack("LAPACKE_dsyevd", "IBBIPIP");
    private static final MethodHandle SGESDD = OpenBlas.lapack("LAPACKE_sgesdd", "IBIIPIPPIPI");
    private static final MethodHandle DGESDD = OpenBlas.lapack("LAPACKE_dgesdd", "IBIIPIPPIPI");

    private Lapack() {
    }

    private interface Each {
        /** Works on matrix i; returns -1 or where it failed. */
        long run(long i) throws Throwable;
    }

    private static long forEach(long batch, Each each) {
        long[] failures = new long[(int) batch];
        WorkerPool.forRange(batch, 1, (from, to) -> {
            for (long i = from; i < to; i++) {
                try {
                    failures[(int) i] = each.run(i);
                } catch (Throwable e) {
                    throw OpenBlas.failed(e);
                }
            }
        });
        for (int i = 0; i < batch; i++) if (failures[i] >= 0) return failures[i];
        return -1;
    }

    /** Lower Cholesky factor in place, upper triangle zeroed. Returns -1, or {@code matrix * n + pivot} (0-based) of the first failure. */
    public static long cholesky(DType type, long a, long n, long batch) {
        long size = n * n * type.bytes();
        if (batch == 1) return choleskyBlocked(type, a, n);
        return forEach(batch, i -> {
            int pivot = potrf(type, a + i * size, (int) n, (int) n);
            zeroUpper(type, a + i * size, n);
            return pivot == 0 ? -1 : i * n + pivot - 1;
        });
    }

    /** Right-looking: factor a diagonal block, solve the panel below it, update the rest in tiles over the pool. */
    private static long choleskyBlocked(DType type, long a, long n) {
        int bytes = type.bytes();
        for (long j = 0; j < n; j += BLOCK) {
            long width = Math.min(BLOCK, n - j);
            long diagonal = a + (j * n + j) * bytes;
            int pivot;
            try {
                pivot = potrf(type, diagonal, (int) width, (int) n);
            } catch (Throwable e) {
                throw OpenBlas.failed(e);
            }
            if (pivot != 0) return j + pivot - 1;
            long below = n - j - width;
            if (below == 0) break;
            long panel = diagonal + width * n * bytes;
            WorkerPool.forRange(below, BLOCK, (from, to) ->
                    trsm(type, OpenBlas.RIGHT, OpenBlas.LOWER, true, false, to - from, width, diagonal, n, panel + from * n * bytes, n));
            long rest = panel + width * bytes;
            long tiles = (below + BLOCK - 1) / BLOCK;
            WorkerPool.forRange(tiles * (tiles + 1) / 2, 1, (from, to) -> {
                for (long t = from; t < to; t++) updateTile(type, t, below, width, n, panel, rest);
            });
        }
        zeroUpper(type, a, n);
        return -1;
    }

    /** {@code rest[tile] -= panel[rows] panel[columns]^T} for tile t of the lower triangle. */
    private static void updateTile(DType type, long t, long below, long width, long n, long panel, long rest) {
        long row = (long) ((Math.sqrt(8.0 * t + 1) - 1) / 2);
        while (row * (row + 1) / 2 > t) row--;
        while ((row + 1) * (row + 2) / 2 <= t) row++;
        long i = row * BLOCK;
        long j = (t - row * (row + 1) / 2) * BLOCK;
        int bytes = type.bytes();
        Blas.call(type, false, true, Math.min(BLOCK, below - i), Math.min(BLOCK, below - j), width, -1,
                panel + i * n * bytes, n, panel + j * n * bytes, n, 1, rest + (i * n + j) * bytes, n);
    }

    /** LAPACK's status: 0, or the 1-based failing pivot. NaN fails at its pivot. */
    private static int potrf(DType type, long a, int n, int lda) throws Throwable {
        // The row-major lower triangle is the column-major upper one.
        int status = type == DType.F32
                ? (int) SPOTRF.invokeExact(OpenBlas.COLUMN_MAJOR, (byte) 'U', n, a, lda)
                : (int) DPOTRF.invokeExact(OpenBlas.COLUMN_MAJOR, (byte) 'U', n, a, lda);
        if (status >= 0) return status;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                if (Double.isNaN(Memory.getAsDouble(type, a + ((long) i * lda + j) * type.bytes()))) return i + 1;
            }
        }
        throw new IllegalStateException("potrf: argument " + -status + " is wrong");
    }

    private static void zeroUpper(DType type, long a, long n) {
        for (long i = 0; i < n - 1; i++) Memory.fill(a + (i * n + i + 1) * type.bytes(), (n - i - 1) * type.bytes(), (byte) 0);
    }

    private static void trsm(DType type, int side, int triangle, boolean transpose, boolean unit, long m, long n, long t, long ldt, long b, long ldb) {
        int op = transpose ? OpenBlas.TRANSPOSE : OpenBlas.NO_TRANSPOSE;
        int diagonal = unit ? OpenBlas.UNIT : OpenBlas.NON_UNIT;
        try {
            if (type == DType.F32) {
                OpenBlas.STRSM.invokeExact(OpenBlas.ROW_MAJOR, side, triangle, op, diagonal, (int) m, (int) n, 1f, t, (int) ldt, b, (int) ldb);
            } else {
                OpenBlas.DTRSM.invokeExact(OpenBlas.ROW_MAJOR, side, triangle, op, diagonal, (int) m, (int) n, 1.0, t, (int) ldt, b, (int) ldb);
            }
        } catch (Throwable e) {
            throw OpenBlas.failed(e);
        }
    }

    /** Solves {@code op(T) X = B} in place of B [n, m] per matrix; T [n, n] triangular. */
    public static void triangularSolve(DType type, boolean upper, boolean transpose, boolean unitDiagonal, long t, long b, long n, long m, long batch) {
        int bytes = type.bytes();
        long columns = 64;
        long pieces = (m + columns - 1) / columns;
        WorkerPool.forRange(batch * pieces, 1, (from, to) -> {
            for (long p = from; p < to; p++) {
                long i = p / pieces;
                long first = p % pieces * columns;
                trsm(type, OpenBlas.LEFT, upper ? OpenBlas.UPPER : OpenBlas.LOWER, transpose, unitDiagonal, n, Math.min(columns, m - first),
                        t + i * n * n * bytes, n, b + (i * n * m + first) * bytes, m);
            }
        });
    }

    /** LU with partial pivoting in place of A; pivots i32 [batch, n], 1-based rows. Returns -1, or {@code matrix * n + pivot} of the first exactly singular pivot. */
    public static long lu(DType type, long a, long pivots, long n, long batch) {
        int size = (int) n;
        return forEach(batch, i -> {
            long at = a + i * n * n * type.bytes();
            // A row-major matrix is factored as its transpose; luSolve transposes once more.
            int status = type == DType.F32
                    ? (int) SGETRF.invokeExact(OpenBlas.COLUMN_MAJOR, size, size, at, size, pivots + 4 * i * n)
                    : (int) DGETRF.invokeExact(OpenBlas.COLUMN_MAJOR, size, size, at, size, pivots + 4 * i * n);
            return status > 0 ? i * n + status - 1 : -1;
        });
    }

    /** Solves {@code op(A) X = B} from {@link #lu}'s factors, in place of B [n, m]. */
    public static void luSolve(DType type, boolean transpose, long lu, long pivots, long b, long n, long m, long batch) {
        if (m == 0 || n == 0) return;
        int size = (int) n;
        int columns = (int) m;
        int bytes = type.bytes();
        byte op = (byte) (transpose ? 'N' : 'T');
        forEach(batch, i -> {
            // LAPACK wants the right-hand sides as columns.
            try (Scratch turned = new Scratch(n * m * bytes)) {
                long at = b + i * n * m * bytes;
                long factors = lu + i * n * n * bytes;
                Indexing.copy(type, new long[] {m, n}, at, new long[] {1, m}, turned.address(), new long[] {n, 1});
                int status = type == DType.F32
                        ? (int) SGETRS.invokeExact(OpenBlas.COLUMN_MAJOR, op, size, columns, factors, size, pivots + 4 * i * n, turned.address(), size)
                        : (int) DGETRS.invokeExact(OpenBlas.COLUMN_MAJOR, op, size, columns, factors, size, pivots + 4 * i * n, turned.address(), size);
                Indexing.copy(type, new long[] {n, m}, turned.address(), new long[] {1, n}, at, new long[] {m, 1});
                return status == 0 ? -1 : i;
            }
        });
    }

    /**
     * Symmetric eigenproblem (lower triangle read): eigenvalues ascending to w [n], A replaced by V with eigenvectors in its
     * columns (signs fixed: largest component positive). Returns -1 or the failing matrix (one with NaN or infinity fails).
     */
    public static long eigenSymmetric(DType type, long a, long w, long n, long batch) {
        int size = (int) n;
        int bytes = type.bytes();
        return forEach(batch, i -> {
            long at = a + i * n * n * bytes;
            if (!finite(type, at, n * n)) return i;
            int status = type == DType.F32
                    ? (int) SSYEVD.invokeExact(OpenBlas.COLUMN_MAJOR, (byte) 'V', (byte) 'U', size, at, size, w + i * n * bytes)
                    : (int) DSYEVD.invokeExact(OpenBlas.COLUMN_MAJOR, (byte) 'V', (byte) 'U', size, at, size, w + i * n * bytes);
            // The vectors come as rows.
            for (long r = 0; r < n; r++) if (largestIsNegative(type, at + r * n * bytes, n, bytes)) negate(type, at + r * n * bytes, n, bytes);
            try (Scratch turned = new Scratch(n * n * bytes)) {
                Indexing.copy(type, new long[] {n, n}, at, new long[] {1, n}, turned.address(), new long[] {n, 1});
                Memory.copy(turned.address(), at, n * n * bytes);
            }
            return status == 0 ? -1 : i;
        });
    }

    /**
     * Thin SVD of A [m, n] (destroyed): U [m, k], s [k] descending, Vt [k, n], k = min(m, n). Signs fixed: largest component
     * of each column of U positive. Returns -1 or the failing matrix (one with NaN or infinity fails).
     */
    public static long svd(DType type, long a, long u, long s, long vt, long m, long n, long batch) {
        int bytes = type.bytes();
        long k = Math.min(m, n);
        return forEach(batch, i -> {
            long at = a + i * m * n * bytes;
            long us = u + i * m * k * bytes;
            long vs = vt + i * k * n * bytes;
            if (!finite(type, at, m * n)) return i;
            // A^T = V s U^T in columns: LAPACK's left vectors are the rows of our Vt, its right ones, transposed, our U.
            int status = type == DType.F32
                    ? (int) SGESDD.invokeExact(OpenBlas.COLUMN_MAJOR, (byte) 'S', (int) n, (int) m, at, (int) n, s + i * k * bytes, vs, (int) n, us, (int) k)
                    : (int) DGESDD.invokeExact(OpenBlas.COLUMN_MAJOR, (byte) 'S', (int) n, (int) m, at, (int) n, s + i * k * bytes, vs, (int) n, us, (int) k);
            for (long c = 0; c < k; c++) {
                if (largestIsNegative(type, us + c * bytes, m, k * bytes)) {
                    negate(type, us + c * bytes, m, k * bytes);
                    negate(type, vs + c * n * bytes, n, bytes);
                }
            }
            return status == 0 ? -1 : i;
        });
    }

    private static boolean finite(DType type, long a, long count) {
        for (long i = 0; i < count; i++) if (!Double.isFinite(Memory.getAsDouble(type, a + i * type.bytes()))) return false;
        return true;
    }

    private static boolean largestIsNegative(DType type, long a, long count, long step) {
        double largest = 0;
        for (long i = 0; i < count; i++) {
            double x = Memory.getAsDouble(type, a + i * step);
            // Only a clearly larger component decides, so that rounding cannot flip the sign between near equals.
            if (Math.abs(x) > Math.abs(largest) * (1 + 1e-5)) largest = x;
        }
        return largest < 0;
    }

    private static void negate(DType type, long a, long count, long step) {
        for (long i = 0; i < count; i++) Memory.putAsDouble(type, a + i * step, -Memory.getAsDouble(type, a + i * step));
    }
}
