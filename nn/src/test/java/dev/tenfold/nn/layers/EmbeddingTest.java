package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Embedding table(long padding) {
        return new Embedding(Tensors.of(new double[] {0, 0, 1, 2, 3, 4}, 3, 2), padding);
    }

    @Test
    void indicesOfAnyShapeGiveTheirRows() {
        Tensor y = table(Embedding.NONE).forward(Tensors.of(new long[] {2, 1, 1, 0}, 2, 2));
        assertEquals(Shape.of(2, 2, 2), y.shape());
        assertArrayEquals(new double[] {3, 4, 1, 2, 1, 2, 0, 0}, y.toDoubles());
        assertEquals(Shape.of(2), table(Embedding.NONE).forward(Tensors.scalar(DType.I64, 1)).shape());
    }

    @Test
    void rowsThatOccurTwiceGetBothGradients() {
        Embedding layer = table(Embedding.NONE);
        Tensor weights = Tensors.of(new double[] {1, 2, 10, 20, 100, 200}, 3, 2);
        Autograd.backward(layer.forward(Tensors.of(new long[] {1, 2, 1})).mul(weights).sum());
        assertArrayEquals(new double[] {0, 0, 101, 202, 10, 20}, layer.weight().grad().toDoubles());
    }

    @Test
    void thePaddingIndexGivesZerosAndLearnsNothing() {
        Embedding layer = table(1);
        Tensor y = layer.forward(Tensors.of(new long[] {1, 2}));
        assertArrayEquals(new double[] {0, 0, 3, 4}, y.toDoubles());
        Autograd.backward(y.sum());
        assertArrayEquals(new double[] {0, 0, 0, 0, 1, 1}, layer.weight().grad().toDoubles());
        assertEquals(0, new Embedding(new Generator(1), 5, 3, 1, 2, DType.F32).weight().value().select(0, 2).abs().sum().item());
    }

    @Test
    void initialValuesHaveTheirDeviation() {
        assertEquals(0.02, new Embedding(new Generator(1), 400, 50, 0.02, Embedding.NONE, DType.F64).weight().value().std(1).item(), 5e-4);
    }

    @Test
    void whatIsNoRowIsRefused() {
        assertThrows(IndexOutOfBoundsException.class, () -> table(Embedding.NONE).forward(Tensors.of(new long[] {3})));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> table(3)).getMessage().contains("padding index 3"));
    }
}
