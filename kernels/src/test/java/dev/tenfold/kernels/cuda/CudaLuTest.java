package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Lapack;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** LU factors, their pivots, solutions and determinants against LAPACK's: by lanes, by blocks and in panels, at the edges between them. */
class CudaLuTest {
    /** [matrices, n] */
    private static final int[][] SIZES = {{3, 1}, {19, 5}, {3, 8}, {2, 9}, {3, 16}, {3, 17}, {2, 32}, {2, 33}, {1, 65}, {1, 96}, {1, 97}, {2, 129}, {1, 160}};
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private static double tolerance(DType type, int n) {
        return (type == DType.F32 ? 1e-5 : 1e-13) * (4 + n);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void factorsAndPivotsAreThoseOfTheHost(DType type) {
        for (int[] size : SIZES) {
            int n = size[1];
            OnDevice.Twin a = on.twin(type, Dense.random(size[0] * n * n, n));
            OnDevice.Twin pivots = on.empty(DType.I32, size[0] * n);
            CudaLu.factor(on.device, type, a.device(), pivots.device(), n, size[0]);
            Lapack.lu(type, a.host(), pivots.host(), n, size[0]);
            on.assertSame(pivots, "pivots of " + size[0] + " matrices of " + n + " in " + type);
            Dense.assertNear(a, on.download(a), tolerance(type, n), "factors of " + size[0] + " matrices of " + n);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void solutionsAreThoseOfTheHost(DType type) {
        for (int[] size : new int[][] {{3, 1, 2}, {4, 6, 1}, {2, 40, 70}, {1, 131, 5}}) {
            int n = size[1];
            OnDevice.Twin a = on.twin(type, Dense.shuffled(Dense.dominant(size[0], n, n), n));
            OnDevice.Twin pivots = on.empty(DType.I32, size[0] * n);
            CudaLu.factor(on.device, type, a.device(), pivots.device(), n, size[0]);
            Lapack.lu(type, a.host(), pivots.host(), n, size[0]);
            for (boolean transpose : new boolean[] {false, true}) {
                OnDevice.Twin x = on.twin(type, Dense.random(size[0] * n * size[2], 3));
                CudaLu.solve(on.device, type, transpose, a.device(), pivots.device(), x.device(), n, size[2], size[0]);
                Lapack.luSolve(type, transpose, a.host(), pivots.host(), x.host(), n, size[2], size[0]);
                Dense.assertNear(x, on.download(x), tolerance(type, n), "solution, transposed " + transpose + ", of " + Arrays.toString(size));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void determinantsAreThePivotsProduct(DType type) {
        for (int[] size : new int[][] {{2, 0}, {3, 1}, {5, 4}, {6, 37}}) {
            int n = size[1];
            OnDevice.Twin a = on.twin(type, Dense.random(size[0] * n * n, 11));
            OnDevice.Twin pivots = on.empty(DType.I32, size[0] * n);
            CudaLu.factor(on.device, type, a.device(), pivots.device(), n, size[0]);
            Lapack.lu(type, a.host(), pivots.host(), n, size[0]);
            OnDevice.Twin[] out = {on.empty(type, size[0]), on.empty(type, size[0]), on.empty(type, size[0])};
            CudaLu.determinant(on.device, type, a.device(), pivots.device(), n, size[0], out[0].device());
            CudaLu.signAndLog(on.device, type, a.device(), pivots.device(), n, size[0], out[1].device(), out[2].device());
            for (int i = 0; i < size[0]; i++) {
                double product = 1;
                for (int k = 0; k < n; k++) product *= a.get((i * n + k) * n + k) * (Memory.getInt(pivots.host() + 4L * (i * n + k)) == k + 1 ? 1 : -1);
                assertEquals(product, on.download(out[0]).get(i), tolerance(type, n) * Math.abs(product), "determinant");
                assertEquals(Math.signum(product), on.download(out[1]).get(i), "sign");
                assertEquals(Math.log(Math.abs(product)), on.download(out[2]).get(i), tolerance(type, n) * Math.max(1, Math.abs(Math.log(Math.abs(product)))), "logarithm");
            }
        }
    }

    @Test
    void singularMatricesAndNanPass() {
        for (int n : new int[] {6, 20, 50, 100}) {
            double[] values = Dense.random(2 * n * n, n);
            for (int j = 0; j < n; j++) values[j] = 0; // a column of C without a pivot
            values[n * n + 5 * n + 3] = Double.NaN;
            OnDevice.Twin a = on.twin(DType.F64, values);
            OnDevice.Twin pivots = on.empty(DType.I32, 2 * n);
            CudaLu.factor(on.device, DType.F64, a.device(), pivots.device(), n, 2);
            OnDevice.Twin got = on.download(a);
            assertEquals(0, got.get(0));
            assertEquals(1, Memory.getInt(on.download(pivots).host()));
            assertTrue(Double.isFinite(got.get(n * n - 1)), "the first matrix has numbers");
            assertTrue(Double.isNaN(got.get(2 * n * n - 1)), "the second one does not");
        }
    }
}
