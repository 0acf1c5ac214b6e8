package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexingTest {
    private Scope scope;
    private Tensor x;

    @BeforeEach
    void open() {
        scope = Scope.open();
        x = Tensors.of(new double[] {0, 10, 20, 30, 40, 50}, 2, 3);
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void nonzeroListsIndicesRowMajor() {
        assertArrayEquals(new long[] {0, 1, 0, 2, 1, 0, 1, 1, 1, 2}, x.nonzero().toLongs());
        assertArrayEquals(new long[] {0, 1, 1, 0, 1, 1, 2, 0, 2, 1}, x.transpose().nonzero().toLongs());
        assertEquals(Shape.of(0, 2), Tensors.zeros(DType.F32, 3, 4).nonzero().shape());
        assertEquals(Shape.of(0, 2), Tensors.zeros(DType.F32, 0, 4).nonzero().shape());
        assertEquals(Shape.of(1, 0), Tensors.scalar(DType.F32, 2).nonzero().shape());
    }

    @Test
    void maskedSelectBroadcastsTheMask() {
        assertArrayEquals(new double[] {30, 40, 50}, x.maskedSelect(x.gt(20)).toDoubles());
        assertArrayEquals(new double[] {0, 20, 30, 50}, x.maskedSelect(Tensors.of(DType.BOOL, new double[] {1, 0, 1})).toDoubles());
        assertArrayEquals(new double[] {30, 40, 50}, x.maskedSelect(Tensors.of(DType.BOOL, new double[] {0, 1}, 2, 1)).toDoubles());
        assertArrayEquals(new double[] {0, 30}, x.transpose().maskedSelect(Tensors.of(DType.BOOL, new double[] {1, 0, 0}, 3, 1)).toDoubles());
        assertEquals(Shape.of(0), x.maskedSelect(x.lt(0)).shape());
        Expect.fails(IllegalArgumentException.class, () -> x.maskedSelect(x), "maskedSelect", "f64", "bool");
        Expect.fails(IllegalArgumentException.class, () -> x.maskedSelect(Tensors.zeros(DType.BOOL, 2)), "maskedSelect", "[2]", "[2, 3]");
    }

    @Test
    void takeReadsTheFlattenedTensor() {
        assertArrayEquals(new double[] {50, 0, 40, 50}, x.take(Tensors.of(new long[] {5, 0, 4, -1}, 2, 2)).toDoubles());
        assertEquals(Shape.of(2, 2), x.take(Tensors.of(new long[] {5, 0, 4, -1}, 2, 2)).shape());
        assertArrayEquals(new double[] {30}, x.transpose().take(Tensors.of(new int[] {1})).toDoubles());
        Expect.fails(IndexOutOfBoundsException.class, () -> x.take(Tensors.of(new long[] {6})), "6", "6 elements");
    }

    @Test
    void scatterSetsAndTheLastWins() {
        Tensor index = Tensors.of(new long[] {2, 2, 0, -3}, 2, 2);
        Tensor values = Tensors.of(new double[] {1, 2, 3, 4}, 2, 2);
        assertArrayEquals(new double[] {0, 10, 2, 4, 40, 50}, x.scatter(1, index, values).toDoubles());
        assertArrayEquals(new double[] {0, 10, 20, 30, 40, 50}, x.toDoubles());
        Tensor t = x.transpose();
        assertArrayEquals(new double[] {1, 4, 10, 40, 3, 2}, t.scatter(0, Tensors.of(new long[] {0, 2, 2, 0}, 2, 2), values).toDoubles());
        Expect.fails(IllegalArgumentException.class, () -> x.scatter(1, index, values.to(DType.F32)), "scatter", "f32", "f64");
        Expect.fails(IllegalArgumentException.class, () -> x.scatter(1, index, values.flatten()), "scatter", "[4]", "[2, 2]");
        Expect.fails(IllegalArgumentException.class, () -> x.scatter(0, Tensors.of(new long[] {0, 1}, 1, 2), values), "scatter", "[1, 2]", "[2, 3]");
        Expect.fails(IndexOutOfBoundsException.class, () -> x.scatter(1, index.add(1), values), "scatter", "3");
    }

    @Test
    void tilesRepeatTheWhole() {
        Expect.elements(x.tile(2, 3), 0, i -> x.get(i[0] % 2, i[1] % 3));
        Expect.elements(x.transpose().tile(1, 2), 0, i -> x.get(i[1] % 2, i[0]));
        assertEquals(Shape.of(0, 3), x.tile(0, 1).shape());
        Expect.fails(IllegalArgumentException.class, () -> x.tile(2), "tile", "[2, 3]");
    }

    @Test
    void rollingMovesAround() {
        for (long shift = -4; shift <= 4; shift++) {
            long by = shift;
            Expect.elements(x.roll(1, shift), 0, i -> x.get(i[0], Math.floorMod(i[1] - by, 3)));
        }
        assertEquals(Shape.of(0), Tensors.zeros(DType.F32, 0).roll(0, 2).shape());
        Expect.fails(IllegalArgumentException.class, () -> x.roll(2, 1), "axis 2", "[2, 3]");
    }

    @Test
    void paddingHasTheValueAsked() {
        assertArrayEquals(new double[] {-1, 0, 10, 20, -1, -1, -1, 30, 40, 50, -1, -1}, x.pad(1, 1, 2, -1).toDoubles());
        assertEquals(Double.NEGATIVE_INFINITY, x.pad(-2, 0, 1, Double.NEGATIVE_INFINITY).get(2, 1));
        Expect.close(x.pad(0, 1, 1), x.pad(0, 1, 1, 0), 0);
        Expect.fails(IllegalArgumentException.class, () -> x.pad(0, -1, 0, 7), "pad", "-1", "slice");
    }

    @Test
    void trianglesAndOneHotVectorsAreMade() {
        Expect.elements(Tensors.lowerTriangle(DType.BOOL, 3, 4, 0), 0, i -> i[1] <= i[0] ? 1 : 0);
        Expect.elements(Tensors.upperTriangle(DType.F32, 3, 4, 1), 0, i -> i[1] >= i[0] + 1 ? 1 : 0);
        assertArrayEquals(new double[] {0, 1, 0, 0, 0, 1}, Tensors.oneHot(DType.F32, Tensors.of(new long[] {1, 2}), 3).toDoubles());
        assertEquals(Shape.of(2, 1, 3), Tensors.oneHot(DType.I64, Tensors.of(new int[] {1, 2}, 2, 1), 3).shape());
        assertEquals(Shape.of(0, 3), Tensors.oneHot(DType.F32, Tensors.zeros(DType.I64, 0), 3).shape());
        Expect.fails(IllegalArgumentException.class, () -> Tensors.oneHot(DType.F32, Tensors.of(new long[] {-1, 3}), 3), "oneHot", "-1 to 3", "0 to 2");
        Expect.fails(IllegalArgumentException.class, () -> Tensors.oneHot(DType.F32, Tensors.of(new float[] {1}), 3), "oneHot", "f32", "i64");
    }
}
