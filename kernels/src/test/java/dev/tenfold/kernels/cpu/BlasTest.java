package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlasTest {
    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    @Test
    void productsAgreeWithATripleLoop() {
        Random random = new Random(1);
        int[][] sizes = {{1, 1, 1}, {3, 5, 7}, {1, 9, 4}, {9, 1, 4}, {4, 4, 0}, {70, 66, 90}, {33, 130, 100}, {300, 20, 64}, {70, 150, 130}};
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            for (int[] s : sizes) {
                for (int flags = 0; flags < 4; flags++) {
                    boolean ta = (flags & 1) != 0;
                    boolean tb = (flags & 2) != 0;
                    check(type, random, s[0], s[1], s[2], ta, tb, flags % 2 == 0 ? 0 : 0.5);
                }
            }
        }
    }

    private void check(DType type, Random random, int m, int n, int k, boolean ta, boolean tb, double beta) {
        int lda = (ta ? m : k) + 3;
        int ldb = (tb ? k : n) + 1;
        int ldc = n + 2;
        double[] a = random.doubles((long) lda * (ta ? k : m) + 1, -1, 1).toArray();
        double[] b = random.doubles((long) ldb * (tb ? n : k) + 1, -1, 1).toArray();
        double[] c = random.doubles((long) ldc * m, -1, 1).toArray();
        if (beta == 0) java.util.Arrays.fill(c, Double.NaN);
        long out = arrays.of(type, c);
        Blas.gemm(type, ta, tb, m, n, k, 2, arrays.of(type, a), lda, arrays.of(type, b), ldb, beta, out, ldc);
        double[] got = NativeArrays.read(type, out, c.length);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < ldc; j++) {
                if (j >= n) {
                    assertEquals((float) c[i * ldc + j], (float) got[i * ldc + j], "beyond the columns");
                    continue;
                }
                double want = beta == 0 ? 0 : beta * c[i * ldc + j];
                for (int l = 0; l < k; l++) want += 2 * a[ta ? l * lda + i : i * lda + l] * b[tb ? j * ldb + l : l * ldb + j];
                assertEquals(want, got[i * ldc + j], type == DType.F32 ? 1e-4 : 1e-12, m + "x" + n + "x" + k + " " + ta + " " + tb);
            }
        }
    }

    @Test
    void batchesMayShareAnOperand() {
        Random random = new Random(2);
        double[] a = random.doubles(6 * 4, -1, 1).toArray();
        double[] b = random.doubles(5 * 4 * 3, -1, 1).toArray();
        long out = arrays.empty(DType.F64, 5 * 6 * 3);
        Blas.gemmBatched(DType.F64, false, false, 6, 3, 4, 1, arrays.of(DType.F64, a), 4, 0, arrays.of(DType.F64, b), 3, 12, 0, out, 3, 18, 5);
        double[] got = NativeArrays.read(DType.F64, out, 90);
        for (int x = 0; x < 90; x++) {
            double want = 0;
            for (int l = 0; l < 4; l++) want += a[x % 18 / 3 * 4 + l] * b[x / 18 * 12 + l * 3 + x % 3];
            assertEquals(want, got[x], 1e-12);
        }
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        bitsAreEqual(500, 600, false);
        // Multiplied the other way round.
        bitsAreEqual(100, 500, true);
    }

    private void bitsAreEqual(int m, int n, boolean transB) {
        int before = WorkerPool.threads();
        long a = arrays.empty(DType.F32, 500 * 700);
        long b = arrays.empty(DType.F32, 700 * 600);
        PhiloxFill.normal(DType.F32, 1, 0, 0, 500 * 700, 0, 1, a);
        PhiloxFill.normal(DType.F32, 2, 0, 0, 700 * 600, 0, 1, b);
        double[][] results = new double[3][];
        try {
            for (int threads = 1; threads <= 3; threads++) {
                WorkerPool.setThreads(threads);
                long c = arrays.empty(DType.F32, m * n);
                Blas.gemm(DType.F32, false, transB, m, n, 700, 1, a, 700, b, transB ? 700 : n, 0, c, n);
                results[threads - 1] = NativeArrays.read(DType.F32, c, m * n);
            }
        } finally {
            WorkerPool.setThreads(before);
        }
        assertArrayEquals(results[0], results[1]);
        assertArrayEquals(results[0], results[2]);
    }

    @Test
    void theLibraryDescribesItself() {
        assertTrue(Blas.description().startsWith("OpenBLAS"), Blas.description());
    }
}
