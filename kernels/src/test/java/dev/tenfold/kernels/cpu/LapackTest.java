package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LapackTest {
    private static final DType F64 = DType.F64;
    private final NativeArrays arrays = new NativeArrays();
    private final Random random = new Random(4);

    @AfterEach
    void free() {
        arrays.close();
    }

    private double[] positiveDefinite(int n) {
        double[] root = random.doubles((long) n * n, -1, 1).toArray();
        double[] a = multiply(root, transpose(root, n, n), n, n, n);
        for (int i = 0; i < n; i++) a[i * n + i] += 1;
        return a;
    }

    private static double[] multiply(double[] a, double[] b, int m, int k, int n) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) for (int l = 0; l < k; l++) for (int j = 0; j < n; j++) c[i * n + j] += a[i * k + l] * b[l * n + j];
        return c;
    }

    private static double[] transpose(double[] a, int m, int n) {
        double[] t = new double[a.length];
        for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) t[j * m + i] = a[i * n + j];
        return t;
    }

    private static void close(double[] want, double[] got, double tolerance) {
        for (int i = 0; i < want.length; i++) assertEquals(want[i], got[i], tolerance * Math.max(1, Math.abs(want[i])), "element " + i);
    }

    @Test
    void choleskyFactorsMultiplyBackBlockedAndBatched() {
        for (int n : new int[] {1, 5, 191, 192, 193, 450}) {
            double[] a = positiveDefinite(n);
            long at = arrays.of(F64, a);
            assertEquals(-1, Lapack.cholesky(F64, at, n, 1));
            double[] l = NativeArrays.read(F64, at, n * n);
            close(a, multiply(l, transpose(l, n, n), n, n, n), 1e-11);
            if (n > 1) assertEquals(0, l[1]);
        }
        double[] two = new double[50];
        System.arraycopy(positiveDefinite(5), 0, two, 0, 25);
        System.arraycopy(positiveDefinite(5), 0, two, 25, 25);
        long at = arrays.of(DType.F32, two);
        assertEquals(-1, Lapack.cholesky(DType.F32, at, 5, 2));
        double[] l = java.util.Arrays.copyOfRange(NativeArrays.read(DType.F32, at, 50), 25, 50);
        close(java.util.Arrays.copyOfRange(two, 25, 50), multiply(l, transpose(l, 5, 5), 5, 5, 5), 1e-5);
    }

    @Test
    void theFirstFailingPivotIsReported() {
        double[] a = positiveDefinite(300);
        a[250 * 300 + 250] = -1;
        assertEquals(250, Lapack.cholesky(F64, arrays.of(F64, a), 300, 1));
        double[] batch = new double[27];
        for (int i = 0; i < 3; i++) for (int j = 0; j < 3; j++) batch[i * 9 + j * 4] = 1;
        batch[2 * 9 + 4] = 0;
        assertEquals(2 * 3 + 1, Lapack.cholesky(F64, arrays.of(F64, batch), 3, 3));
        a[250 * 300 + 250] = Double.NaN;
        assertEquals(250, Lapack.cholesky(F64, arrays.of(F64, a), 300, 1));
    }

    @Test
    void triangularSystemsAreSolved() {
        int n = 40;
        int m = 70;
        double[] t = random.doubles((long) n * n, -0.2, 0.2).toArray();
        for (int i = 0; i < n; i++) t[i * n + i] = 2;
        double[] x = random.doubles((long) n * m, -1, 1).toArray();
        for (int flags = 0; flags < 8; flags++) {
            boolean upper = (flags & 1) != 0;
            boolean trans = (flags & 2) != 0;
            boolean unit = (flags & 4) != 0;
            double[] used = t.clone();
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    if (i != j && (j > i) != upper) used[i * n + j] = 0;
                    if (i == j && unit) used[i * n + j] = 1;
                }
            }
            double[] b = multiply(trans ? transpose(used, n, n) : used, x, n, n, m);
            long at = arrays.of(F64, b);
            Lapack.triangularSolve(F64, upper, trans, unit, arrays.of(F64, t), at, n, m, 1);
            close(x, NativeArrays.read(F64, at, n * m), 1e-9);
        }
    }

    @Test
    void linearSystemsAreSolvedBothWays() {
        int n = 30;
        int m = 3;
        double[] a = random.doubles((long) n * n, -1, 1).toArray();
        double[] x = random.doubles((long) n * m, -1, 1).toArray();
        for (boolean trans : new boolean[] {false, true}) {
            long lu = arrays.of(F64, a);
            long pivots = arrays.empty(DType.I32, n);
            assertEquals(-1, Lapack.lu(F64, lu, pivots, n, 1));
            long b = arrays.of(F64, multiply(trans ? transpose(a, n, n) : a, x, n, n, m));
            Lapack.luSolve(F64, trans, lu, pivots, b, n, m, 1);
            close(x, NativeArrays.read(F64, b, n * m), 1e-9);
        }
        long singular = arrays.of(F64, 1, 2, 2, 4);
        assertEquals(1, Lapack.lu(F64, singular, arrays.empty(DType.I32, 2), 2, 1));
    }

    @Test
    void eigenvectorsDiagonalise() {
        int n = 25;
        double[] a = positiveDefinite(n);
        long at = arrays.of(F64, a);
        long w = arrays.empty(F64, n);
        assertEquals(-1, Lapack.eigenSymmetric(F64, at, w, n, 1));
        double[] v = NativeArrays.read(F64, at, n * n);
        double[] values = NativeArrays.read(F64, w, n);
        double[] scaled = v.clone();
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) scaled[i * n + j] *= values[j];
        close(a, multiply(scaled, transpose(v, n, n), n, n, n), 1e-10);
        for (int i = 1; i < n; i++) assertTrue(values[i - 1] <= values[i]);
        assertEquals(0, Lapack.eigenSymmetric(F64, arrays.of(F64, Double.NaN), w, 1, 1));
    }

    @Test
    void singularVectorsMultiplyBack() {
        for (int[] s : new int[][] {{7, 4}, {4, 7}, {5, 5}}) {
            int m = s[0];
            int n = s[1];
            int k = Math.min(m, n);
            double[] a = random.doubles((long) m * n, -1, 1).toArray();
            long u = arrays.empty(F64, m * k);
            long d = arrays.empty(F64, k);
            long vt = arrays.empty(F64, k * n);
            assertEquals(-1, Lapack.svd(F64, arrays.of(F64, a), u, d, vt, m, n, 1));
            double[] us = NativeArrays.read(F64, u, m * k);
            double[] values = NativeArrays.read(F64, d, k);
            for (int i = 0; i < m; i++) for (int j = 0; j < k; j++) us[i * k + j] *= values[j];
            close(a, multiply(us, NativeArrays.read(F64, vt, k * n), m, k, n), 1e-11);
            for (int i = 1; i < k; i++) assertTrue(values[i - 1] >= values[i]);
        }
    }
}
