package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Lapack;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Eigenvalues and singular values against LAPACK's; vectors by what defines them, since those of near values may differ. */
class CudaSpectrumTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private static double tolerance(DType type) {
        return type == DType.F32 ? 3e-6 : 1e-14;
    }

    /** {@code sum_r x[r, i] y[r, j]} for matrices whose rows are {@code stride} apart. */
    private static double product(OnDevice.Twin x, int startX, OnDevice.Twin y, int startY, int rows, int stride) {
        double sum = 0;
        for (int r = 0; r < rows; r++) sum += x.get(startX + r * stride) * y.get(startY + r * stride);
        return sum;
    }

    private void checkEigen(DType type, int matrices, int n, double[] values) {
        OnDevice.Twin a = on.twin(type, values);
        OnDevice.Twin original = on.twin(type, values);
        OnDevice.Twin w = on.empty(type, matrices * n);
        assertEquals(-1, CudaEigen.symmetric(on.device, type, a.device(), w.device(), n, matrices));
        Lapack.eigenSymmetric(type, a.host(), w.host(), n, matrices);
        OnDevice.Twin v = on.download(a);
        OnDevice.Twin got = on.download(w);
        double largest = Math.max(1e-300, Math.max(Math.abs(w.get(0)), Math.abs(w.get(n - 1))));
        double allowed = tolerance(type) * n;
        for (int i = 0; i < matrices * n; i++) assertEquals(w.get(i), got.get(i), allowed * Math.max(largest, Math.abs(w.get(i))), "value " + i + " of " + n);
        for (int m = 0; m < matrices; m++) {
            int start = m * n * n;
            for (int i = 0; i < n; i++) {
                double most = 0;
                for (int j = 0; j < n; j++) {
                    assertEquals(i == j ? 1 : 0, product(v, start + i, v, start + j, n, n), allowed, "vectors " + i + " and " + j + " of " + n);
                    double turned = 0; // row i of A times vector j
                    for (int k = 0; k < n; k++) turned += original.get(start + i * n + k) * v.get(start + k * n + j);
                    assertEquals(got.get(m * n + j) * v.get(start + i * n + j), turned, 2 * allowed * Math.max(largest, Math.abs(got.get(m * n + j))), "A times vector " + j);
                    if (Math.abs(v.get(start + j * n + i)) > Math.abs(most) * 1.00001) most = v.get(start + j * n + i);
                }
                assertTrue(most > 0, "the largest component of vector " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void eigenvaluesAndVectorsAreThoseOfTheHost(DType type) {
        for (int[] size : new int[][] {{3, 1}, {4, 2}, {5, 3}, {3, 8}, {2, 9}, {2, 17}, {1, 33}, {1, 50}}) {
            checkEigen(type, size[0], size[1], Dense.symmetric(size[0], size[1], size[1]));
        }
        checkEigen(type, 1, 6, new double[36]);
        checkEigen(type, 1, 5, Arrays.stream(Dense.symmetric(1, 5, 3)).map(x -> x * 1e30).toArray());
        checkEigen(type, 1, 4, Arrays.stream(Dense.symmetric(1, 4, 3)).map(x -> x * 1e-30).toArray());
        double[] ones = new double[49];
        Arrays.fill(ones, 1);
        checkEigen(type, 1, 7, ones); // of rank 1
    }

    private void checkSvd(DType type, int matrices, int m, int n, double[] values) {
        int k = Math.min(m, n);
        OnDevice.Twin a = on.twin(type, values);
        OnDevice.Twin work = on.twin(type, values);
        OnDevice.Twin u = on.empty(type, matrices * m * k);
        OnDevice.Twin s = on.empty(type, matrices * k);
        OnDevice.Twin vt = on.empty(type, matrices * k * n);
        assertEquals(-1, CudaSvd.decompose(on.device, type, a.device(), u.device(), s.device(), vt.device(), m, n, matrices));
        Lapack.svd(type, work.host(), u.host(), s.host(), vt.host(), m, n, matrices);
        OnDevice.Twin gotU = on.download(u);
        OnDevice.Twin gotS = on.download(s);
        OnDevice.Twin gotVt = on.download(vt);
        String what = " of [" + m + ", " + n + "] in " + type;
        double allowed = tolerance(type) * (m + n);
        for (int b = 0; b < matrices; b++) {
            double largest = Math.max(1e-300, s.get(b * k));
            for (int i = 0; i < k; i++) {
                assertEquals(s.get(b * k + i), gotS.get(b * k + i), allowed * largest, "value " + i + what);
                for (int j = 0; j < k; j++) {
                    double unit = i == j ? 1 : 0;
                    assertEquals(unit, product(gotU, b * m * k + i, gotU, b * m * k + j, m, k), allowed, "left vectors " + i + " and " + j + what);
                    assertEquals(unit, product(gotVt, (b * k + i) * n, gotVt, (b * k + j) * n, n, 1), allowed, "right vectors " + i + " and " + j + what);
                }
            }
            for (int e = 0; e < m * n; e++) {
                double sum = 0;
                for (int i = 0; i < k; i++) sum += gotU.get(b * m * k + e / n * k + i) * gotS.get(b * k + i) * gotVt.get((b * k + i) * n + e % n);
                assertEquals(a.get(b * m * n + e), sum, allowed * largest, "element " + e + what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void singularValuesAndVectorsAreThoseOfTheHost(DType type) {
        for (int[] size : new int[][] {{3, 1, 1}, {2, 5, 1}, {2, 1, 4}, {3, 4, 4}, {2, 7, 3}, {2, 3, 7}, {1, 40, 33}, {1, 20, 45}}) {
            checkSvd(type, size[0], size[1], size[2], Dense.random(size[0] * size[1] * size[2], size[1]));
        }
        checkSvd(type, 1, 5, 3, new double[15]);
        checkSvd(type, 1, 3, 5, new double[15]);
        checkSvd(type, 1, 6, 4, Arrays.stream(Dense.random(24, 1)).map(x -> x * 1e30).toArray());
        double[] graded = Dense.random(36, 5);
        for (int i = 0; i < 36; i++) graded[i] *= Math.pow(10, -4 * (i % 6)); // columns down to 1e-20
        checkSvd(type, 1, 6, 6, graded);
        double[] rank2 = new double[40];
        for (int i = 0; i < 40; i++) rank2[i] = i / 5 + 1 + (i % 5) * (i % 5) * (i / 5 % 2);
        checkSvd(type, 1, 8, 5, rank2);
    }

    @Test
    void matricesThatAreNotFiniteAreNamed() {
        for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
            double[] values = Dense.symmetric(3, 4, 1);
            values[16 + 5] = values[32 + 7] = bad;
            OnDevice.Twin a = on.twin(DType.F32, values);
            OnDevice.Twin[] out = {on.empty(DType.F32, 48), on.empty(DType.F32, 12), on.empty(DType.F32, 48)};
            assertEquals(1, CudaSvd.decompose(on.device, DType.F32, a.device(), out[0].device(), out[1].device(), out[2].device(), 4, 4, 3));
            for (OnDevice.Twin twin : out) {
                OnDevice.Twin got = on.download(twin);
                for (int i = 0; i < got.n(); i++) assertEquals(i >= got.n() / 3, Double.isNaN(got.get(i)));
            }
            assertEquals(1, CudaEigen.symmetric(on.device, DType.F32, a.device(), out[1].device(), 4, 3));
            assertTrue(Double.isNaN(on.download(a).get(16)) && Double.isNaN(on.download(out[1]).get(4)));
            assertFalse(Double.isNaN(on.download(a).get(15)) || Double.isNaN(on.download(out[1]).get(3)));
        }
    }

    @Test
    void largeMatricesAreLeftToOthers() {
        assertTrue(CudaEigen.takes(on.device, DType.F32, 64) && CudaSvd.takes(on.device, DType.F64, 90, 64));
        assertFalse(CudaEigen.takes(on.device, DType.F32, 129) || CudaSvd.takes(on.device, DType.F32, 129, 200) || CudaSvd.takes(on.device, DType.F32, 100, 5000));
    }
}
