package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/**
 * Matrix products by OpenBLAS, cut into tiles of a size fixed by the problem and run as single-threaded calls on the
 * worker pool, so that the bits do not depend on the number of threads. Row-major; f32 and f64.
 */
public final class Blas {
    // A tile repeats the packing of its operands, so it is large; a product below one tile is one call.
    // The side that is cut for the threads, and the other one.
    private static final long TILE_ROWS = 256;
    private static final long TILE_COLUMNS = 1024;
    private static final long SMALL = 64L * 64 * 64;
    // Of so few rows of A and columns of a transposed B the product is faster the other way round: by 10 to 20 % at 64 to 128 rows and
    // 512 columns, while 1024 columns or a B as it is lose as much.
    private static final long FEW_ROWS = 128;
    private static final long FEW_COLUMNS = 512;
    /** Leaves a tile as it is. */
    public static final Finish NOTHING = (row, rows, column, columns) -> { };

    /** What happens to a tile of C while it is in the cache. */
    @FunctionalInterface
    public interface Finish {
        /** The tile of {@code rows} x {@code columns} elements that begins at ({@code row}, {@code column}) is multiplied. */
        void run(long row, long rows, long column, long columns);
    }

    private Blas() {
    }

    /** {@code C = alpha op(A) op(B) + beta C} with op(A) [m, k], op(B) [k, n], C [m, n]; leading dimensions in elements. beta 0 does not read C. */
    public static void gemm(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha,
                            long a, long lda, long b, long ldb, double beta, long c, long ldc) {
        gemm(type, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, NOTHING);
    }

    /** {@link #gemm} whose tiles are finished by {@code finish}, each on the thread that multiplied it. */
    public static void gemm(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha,
                            long a, long lda, long b, long ldb, double beta, long c, long ldc, Finish finish) {
        if (m == 0 || n == 0) return;
        if (m * n * k <= SMALL) {
            call(type, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
            finish.run(0, m, 0, n);
            return;
        }
        // Every tile packs its rows and its columns anew: the longer side is cut, as the shorter one is then packed more than once.
        boolean byColumns = m < 64 || n >= 2 * m;
        long tileRows = byColumns ? tile(m, TILE_COLUMNS, 1) : tile(m, TILE_ROWS, 2);
        long tileColumns = byColumns ? tile(n, TILE_ROWS, n >= 64 ? 2 : 1) : tile(n, TILE_COLUMNS, 1);
        boolean turned = transB && !transA && beta == 0 && byColumns && m >= 64 && m <= FEW_ROWS && n <= FEW_COLUMNS && k >= 128;
        long across = (n + tileColumns - 1) / tileColumns;
        long tiles = (m + tileRows - 1) / tileRows * across;
        int bytes = type.bytes();
        WorkerPool.forRange(tiles, 1, (from, to) -> {
            for (long t = from; t < to; t++) {
                long row = t / across * tileRows;
                long column = t % across * tileColumns;
                long rows = Math.min(tileRows, m - row);
                long columns = Math.min(tileColumns, n - column);
                long ofA = a + (transA ? row : row * lda) * bytes;
                long ofB = b + (transB ? column * ldb : column) * bytes;
                long ofC = c + (row * ldc + column) * bytes;
                if (turned) turned(type, transA, transB, rows, columns, k, alpha, ofA, lda, ofB, ldb, ofC, ldc);
                else call(type, transA, transB, rows, columns, k, alpha, ofA, lda, ofB, ldb, beta, ofC, ldc);
                finish.run(row, rows, column, columns);
            }
        });
    }

    /** Cuts {@code size} into equal tiles, multiples of 16, of about {@code wanted}, at least {@code pieces}. */
    private static long tile(long size, long wanted, long pieces) {
        long count = Math.max((size + wanted - 1) / wanted, pieces);
        long each = (size + count - 1) / count;
        return (each + 15) / 16 * 16;
    }

    /** {@code batch} products; operand i of A lies at {@code a + i * strideA} elements (stride 0: shared). */
    public static void gemmBatched(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha,
                                   long a, long lda, long strideA, long b, long ldb, long strideB, double beta,
                                   long c, long ldc, long strideC, long batch) {
        if (m == 0 || n == 0 || batch == 0) return;
        int bytes = type.bytes();
        if (batch < 4 && m * n * k > SMALL) {
            for (long i = 0; i < batch; i++) {
                gemm(type, transA, transB, m, n, k, alpha, a + i * strideA * bytes, lda, b + i * strideB * bytes, ldb, beta,
                        c + i * strideC * bytes, ldc);
            }
            return;
        }
        WorkerPool.forRange(batch, Math.max(1, SMALL / Math.max(1, m * n * k)), (from, to) -> {
            for (long i = from; i < to; i++) {
                call(type, transA, transB, m, n, k, alpha, a + i * strideA * bytes, lda, b + i * strideB * bytes, ldb, beta,
                        c + i * strideC * bytes, ldc);
            }
        });
    }

    /** The product of the operands the other way round, {@code op(B)^T op(A)^T}, transposed: OpenBLAS packs a first operand faster than a transposed second. */
    private static void turned(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha, long a, long lda,
                               long b, long ldb, long c, long ldc) {
        try (Scratch transposed = new Scratch(m * n * type.bytes())) {
            call(type, !transB, !transA, n, m, k, alpha, b, ldb, a, lda, 0, transposed.address(), m);
            new StridedCopy(type.bytes(), new long[] {m, n}, transposed.address(), new long[] {1, m}, c, new long[] {ldc, 1}).run();
        }
    }

    /** One single-threaded call. */
    static void call(DType type, boolean transA, boolean transB, long m, long n, long k, double alpha, long a, long lda,
                     long b, long ldb, double beta, long c, long ldc) {
        if (k == 0 && beta == 0) {
            for (long i = 0; i < m; i++) Memory.fill(c + i * ldc * type.bytes(), n * type.bytes(), (byte) 0);
            return;
        }
        int opA = transA ? OpenBlas.TRANSPOSE : OpenBlas.NO_TRANSPOSE;
        int opB = transB ? OpenBlas.TRANSPOSE : OpenBlas.NO_TRANSPOSE;
        int widthA = (int) Math.max(lda, Math.max(1, transA ? m : k));
        int widthB = (int) Math.max(ldb, Math.max(1, transB ? k : n));
        try {
            if (type == DType.F32) {
                OpenBlas.SGEMM.invokeExact(OpenBlas.ROW_MAJOR, opA, opB, (int) m, (int) n, (int) k, (float) alpha, a, widthA, b, widthB,
                        (float) beta, c, (int) ldc);
            } else {
                OpenBlas.DGEMM.invokeExact(OpenBlas.ROW_MAJOR, opA, opB, (int) m, (int) n, (int) k, alpha, a, widthA, b, widthB,
                        beta, c, (int) ldc);
            }
        } catch (Throwable e) {
            throw OpenBlas.failed(e);
        }
    }

    /** The version text of the OpenBLAS that is loaded, with its chosen core. */
    public static String description() {
        return OpenBlas.description();
    }
}
