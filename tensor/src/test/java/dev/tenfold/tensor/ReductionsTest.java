package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReductionsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void productsOfNumbersBytesAndNothing() {
        Tensor x = Tensors.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertEquals(720, x.prod().item());
        assertArrayEquals(new double[] {6, 120}, x.prod(1).toDoubles());
        assertArrayEquals(new double[] {4, 10, 18}, x.transpose().prod(1).toDoubles());
        assertEquals(128, Tensors.of(new byte[] {16, 2, 20}).prod().item(), "bytes wrap: 640 mod 256");
        assertEquals(1, Tensors.of(DType.BOOL, new double[] {1, 1}).prod().getLong());
        assertEquals(DType.I64, Tensors.of(DType.BOOL, new double[] {1, 1}).prod().dtype());
        assertArrayEquals(new double[] {1, 1}, Tensors.zeros(DType.F16, 2, 0).prod(1).toDoubles());
    }

    @Test
    void allAndAnyLookForZeros() {
        Tensor x = Tensors.of(new float[] {1, 0, Float.NaN, 2, 0, 0}, 3, 2);
        assertArrayEquals(new long[] {0, 1, 0}, x.all(1).toLongs());
        assertArrayEquals(new long[] {1, 1, 0}, x.any(1).toLongs());
        assertArrayEquals(new long[] {0, 0}, x.all(0).toLongs());
        assertEquals(DType.BOOL, x.any().dtype());
        assertEquals(1, Tensors.zeros(DType.F32, 0).all().getLong());
        assertEquals(0, Tensors.zeros(DType.F32, 0).any().getLong());
    }

    @Test
    void runningSumsFollowTheAxis() {
        Tensor x = Tensors.of(new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertArrayEquals(new long[] {1, 3, 6, 4, 9, 15}, x.cumulativeSum(1).toLongs());
        assertArrayEquals(new long[] {1, 2, 3, 5, 7, 9}, x.cumulativeSum(0).toLongs());
        assertArrayEquals(new long[] {1, 5, 2, 7, 3, 9}, x.transpose().cumulativeSum(-1).toLongs());
        assertArrayEquals(new long[] {1, 1, 2}, Tensors.of(DType.BOOL, new double[] {1, 0, 1}).cumulativeSum(0).toLongs());
        assertEquals(Shape.of(3, 0), Tensors.zeros(DType.F32, 3, 0).cumulativeSum(1).shape());
        Expect.fails(IllegalArgumentException.class, () -> x.cumulativeSum(2), "cumulativeSum", "axis 2", "[2, 3]");
    }

    @Test
    void sortingIsStableAndTellsWhereElementsWere() {
        Tensor x = Tensors.of(new float[] {3, 1, 3, Float.NaN, 1}, 5);
        Sorted up = x.sort(0, false);
        assertArrayEquals(new double[] {1, 1, 3, 3, Double.NaN}, up.values().toDoubles());
        assertArrayEquals(new long[] {1, 4, 0, 2, 3}, up.indices().toLongs());
        Sorted down = x.sort(0, true);
        assertArrayEquals(new double[] {Double.NaN, 3, 3, 1, 1}, down.values().toDoubles());
        assertArrayEquals(new long[] {3, 0, 2, 1, 4}, down.indices().toLongs());
        assertArrayEquals(new long[] {3, 0, 2, 1, 4}, x.argSort(0, true).toLongs());
    }

    @Test
    void anyAxisOfAnyLayoutIsSorted() {
        Tensor x = Expect.random(DType.F32, 1, 3, 5, 4);
        Tensor view = x.permute(2, 0, 1);
        for (int axis = 0; axis < 3; axis++) {
            Sorted sorted = view.sort(axis, false);
            assertEquals(view.shape(), sorted.values().shape());
            Expect.close(view.gather(axis, sorted.indices()), sorted.values(), 0);
            Tensor steps = sorted.values().slice(axis, 1, view.size(axis), 1).sub(sorted.values().slice(axis, 0, -1, 1));
            assertTrue(steps.min().item() >= 0);
            Expect.close(sorted.values().flip(axis).narrow(axis, 0, 2), view.topK(2, axis, true).values(), 0);
            Expect.close(sorted.values().narrow(axis, 0, 2), view.topK(2, axis, false).values(), 0);
        }
        assertEquals(Shape.of(3, 0, 4), x.topK(0, 1, true).values().shape());
        assertEquals(Shape.of(0, 2), Tensors.zeros(DType.F32, 0, 2).sort(0, false).values().shape());
        Expect.fails(IllegalArgumentException.class, () -> x.topK(6, 1, true), "topK", "6", "[3, 5, 4]", "5 elements");
        Expect.fails(IllegalArgumentException.class, () -> x.topK(-1, 1, true), "topK", "-1");
        Expect.fails(IllegalArgumentException.class, () -> Tensors.scalar(DType.F32, 1).sort(0, false), "sort", "scalar");
    }

    @Test
    void varianceAndDeviationDivideByWhatTheCorrectionLeaves() {
        Tensor x = Tensors.of(new double[] {1, 3, 2, 6}, 2, 2);
        assertArrayEquals(new double[] {2, 8}, x.variance(1, 1).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {1, 4}, x.variance(0, -1).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {1, 2}, x.std(0, 1).toDoubles(), 1e-15);
        Expect.close(x.variance(1).sqrt(), x.std(1), 1e-15);
        assertEquals(Shape.of(2, 1), x.varianceKeep(1, 1).shape());
        assertEquals(0.5, Tensors.of(new int[] {1, 2}).variance(1).item(), 1e-7);
        assertTrue(Double.isNaN(Tensors.ones(DType.F32, 1).variance(1).item()));
    }
}
