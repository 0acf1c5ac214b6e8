package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Lapack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Triangular solvers against the host's: every triangle, at the edges of steps, panels and tiles of columns. */
class CudaTriangularTest {
    /** [matrices, n, m] */
    private static final int[][] SIZES = {{3, 1, 1}, {4, 5, 3}, {2, 31, 1}, {2, 32, 2}, {1, 33, 4}, {2, 64, 9}, {1, 70, 65}, {3, 40, 128}, {1, 257, 3}, {2, 290, 1}};
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
    void solutionsAreThoseOfTheHost(DType type) {
        for (int[] size : SIZES) {
            int n = size[1];
            OnDevice.Twin t = on.twin(type, Dense.dominant(size[0], n, n));
            for (int which = 0; which < 8; which++) {
                boolean upper = which % 2 == 1;
                boolean transpose = which / 2 % 2 == 1;
                boolean unit = which / 4 == 1;
                if (unit && n > 100) continue;
                OnDevice.Twin triangle = unit ? on.twin(type, Dense.scaled(t, 1.0 / n)) : t;
                OnDevice.Twin x = on.twin(type, Dense.random(size[0] * n * size[2], which));
                CudaTriangular.solve(on.device, type, upper, transpose, unit, triangle.device(), x.device(), n, size[2], size[0]);
                Lapack.triangularSolve(type, upper, transpose, unit, triangle.host(), x.host(), n, size[2], size[0]);
                Dense.assertNear(x, on.download(x), type == DType.F32 ? 2e-5 : 1e-13, size[0] + " of " + n + " for " + size[2] + " columns, kind " + which);
            }
        }
    }

    @Test
    void theFirstZeroOnADiagonalIsFound() {
        double[] values = Dense.dominant(3, 300, 1);
        OnDevice.Twin t = on.twin(DType.F32, values);
        assertEquals(-1, CudaTriangular.firstZeroOnDiagonal(on.device, DType.F32, t.device(), 300, 3));
        for (int row : new int[] {899, 420, 300}) {
            values[row * 300 + row % 300] = 0;
            t = on.twin(DType.F32, values);
            assertEquals(row, CudaTriangular.firstZeroOnDiagonal(on.device, DType.F32, t.device(), 300, 3));
        }
    }
}
