package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MultiHeadAttentionTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static MultiHeadAttention layer(double dropout) {
        return new MultiHeadAttention(new Generator(2), 6, 3, false, dropout, DType.F64);
    }

    private static Tensor tokens(long seed, long... shape) {
        return new Generator(seed).normal(DType.F64, shape);
    }

    /** Head by head, in plain tensor operations. */
    private static Tensor byDefinition(MultiHeadAttention layer, Tensor x, Tensor memory) {
        Tensor weight = layer.namedParameters().get("in_weight").value();
        Tensor[] heads = new Tensor[3];
        for (int h = 0; h < 3; h++) {
            Tensor q = x.matmul(weight.narrow(0, 2 * h, 2).transpose());
            Tensor k = memory.matmul(weight.narrow(0, 6 + 2 * h, 2).transpose());
            Tensor v = memory.matmul(weight.narrow(0, 12 + 2 * h, 2).transpose());
            heads[h] = q.matmul(k.transpose()).div(Math.sqrt(2)).softmax(-1).matmul(v);
        }
        return layer.children().get("out").forward(Tensors.concat(-1, List.of(heads)));
    }

    @Test
    void selfAttentionIsItsDefinition() {
        Tensor x = tokens(3, 2, 5, 6);
        assertArrayEquals(byDefinition(layer(0), x, x).toDoubles(), layer(0).forward(x).toDoubles(), 1e-14);
    }

    @Test
    void crossAttentionIsItsDefinition() {
        Tensor x = tokens(3, 2, 5, 6);
        Tensor memory = tokens(4, 2, 7, 6);
        Tensor y = layer(0).forward(x, memory, null);
        assertEquals(Shape.of(2, 5, 6), y.shape());
        assertArrayEquals(byDefinition(layer(0), x, memory).toDoubles(), y.toDoubles(), 1e-14);
    }

    @Test
    void othersThatAreAbsentAreNotSeen() {
        Tensor x = tokens(3, 1, 2, 6);
        Tensor memory = tokens(4, 1, 5, 6);
        Tensor present = Tensors.of(new long[] {1, 1, 0, 1, 0}, 1, 5).ne(0);
        Tensor chosen = memory.indexSelect(1, Tensors.of(new long[] {0, 1, 3}));
        assertArrayEquals(layer(0).forward(x, chosen, null).toDoubles(), layer(0).forward(x, memory, present).toDoubles(), 1e-14);
    }

    @Test
    void gradientsAreRightTwice() {
        MultiHeadAttention layer = layer(0);
        Tensor x = tokens(3, 1, 3, 6);
        GradientCheck.check(in -> layer.forward(in.getFirst()), List.of(x), 2, 1e-6);
        GradientCheck.check(in -> layer.forward(in.getFirst(), in.getLast(), null), List.of(x, tokens(4, 1, 2, 6)), 2, 1e-6);
    }

    @Test
    void droppedWeightsAreThoseOfTheSameAttention() {
        MultiHeadAttention dropping = layer(1e-12);
        Tensor x = tokens(3, 2, 5, 6);
        assertArrayEquals(layer(0).forward(x).toDoubles(), dropping.forward(x).toDoubles(), 1e-11);
        MultiHeadAttention half = layer(0.5);
        assertFalse(Arrays.equals(half.forward(x).toDoubles(), half.forward(x).toDoubles()));
    }

    @Test
    void wrongShapesAreRefused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> layer(0).forward(tokens(3, 2, 5, 4))).getMessage().contains("x is [2, 5, 4]; it must be [batch, tokens, 6]"));
        Tensor mask = Tensors.ones(DType.F32, 2, 4).ne(0);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> layer(0).forward(tokens(3, 2, 5, 6), mask)).getMessage().contains("it must be bool [2, 5]"));
        assertThrows(IllegalArgumentException.class, () -> new MultiHeadAttention(new Generator(1), 6, 4));
    }
}
