package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Lapack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cholesky factors by lanes, by blocks and in panels against LAPACK's, at the edges between them. */
class CudaCholeskyTest {
    /** [matrices, n]: every kernel, with its last size and the one behind it. */
    private static final int[][] SIZES = {{3, 1}, {37, 5}, {17, 8}, {9, 9}, {5, 16}, {3, 17}, {5, 31}, {2, 32}, {2, 33}, {2, 50}, {1, 64}, {1, 65}, {1, 96}, {1, 97}, {1, 128},
        {1, 129}, {2, 140}, {1, 193}};
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void factorsAreThoseOfTheHost(DType type) {
        for (int[] size : SIZES) {
            OnDevice.Twin a = on.twin(type, Dense.positiveDefinite(size[0], size[1], 7 * size[1]));
            assertEquals(-1, CudaCholesky.factor(on.device, type, a.device(), size[1], size[0]));
            Lapack.cholesky(type, a.host(), size[1], size[0]);
            Dense.assertNear(a, on.download(a), type == DType.F32 ? 2e-5 : 1e-13, "factor of " + size[0] + " matrices of " + size[1]);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void theFirstPivotThatIsNotPositiveIsNamed(DType type) {
        for (int[] size : new int[][] {{9, 7}, {5, 20}, {4, 40}, {3, 140}}) {
            int n = size[1];
            for (int pivot : new int[] {0, n / 2, n - 1}) {
                double[] values = Dense.positiveDefinite(size[0], n, n);
                for (int matrix = 1; matrix < size[0]; matrix += 1) values[(matrix * n + pivot) * n + pivot] = matrix == 1 ? -1 : Double.NaN;
                OnDevice.Twin a = on.twin(type, values);
                assertEquals(n + pivot, CudaCholesky.factor(on.device, type, a.device(), n, size[0]), size[0] + " matrices of " + n);
                OnDevice.Twin got = on.download(a);
                assertTrue(Double.isNaN(got.get((2 * n - 1) * n + n - 1)), "the factor of matrix 1 ends in NaN");
                assertTrue(got.get(n * n - 1) > 0, "that of matrix 0 is there");
            }
        }
    }

    @Test
    void inAGraphNothingIsWaitedForAndNanTells() {
        int n = 70;
        double[] good = Dense.positiveDefinite(2, n, 1);
        double[] bad = good.clone();
        bad[n * n + n + 1] = -1;
        OnDevice.Twin a = on.twin(DType.F64, good);
        CudaCholesky.factor(on.device, DType.F64, a.device(), n, 2); // compiled before
        on.upload(a);
        long[] answer = new long[1];
        try (CudaGraph graph = CudaGraph.capture(on.device, () -> answer[0] = CudaCholesky.factor(on.device, DType.F64, a.device(), n, 2))) {
            assertEquals(-1, answer[0]);
            graph.replay();
            OnDevice.Twin first = on.download(a);
            assertTrue(first.get(2 * n * n - 1) > 0);
            for (int i = 0; i < bad.length; i++) Memory.putDouble(a.host() + 8L * i, bad[i]);
            on.upload(a);
            graph.replay();
            OnDevice.Twin second = on.download(a);
            for (int i = 0; i < n * n; i++) assertEquals(first.get(i), second.get(i), "the first matrix");
            assertTrue(Double.isNaN(second.get(2 * n * n - 1)));
        }
    }
}
