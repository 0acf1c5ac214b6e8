package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActivationTest {
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
    void quickGeluIsXTimesItsSigmoid() {
        Tensor x = Tensors.of(new double[] {-3, 0, 0.5, 40});
        double[] expected = Arrays.stream(x.toDoubles()).map(v -> v / (1 + Math.exp(-1.702 * v))).toArray();
        assertArrayEquals(expected, Activation.QUICK_GELU.of(x).toDoubles(), 1e-15);
        GradientCheck.check(in -> Activation.QUICK_GELU.of(in.getFirst()), List.of(x), 2, 1e-6);
    }

    @Test
    void geluInSinglePrecisionIsThatInDouble() {
        Tensor wide = Tensors.linspace(DType.F64, -9, 9, 3001).requiresGrad(true);
        Tensor single = wide.detach().to(DType.F32).requiresGrad(true);
        Tensor expected = Activation.GELU.of(wide);
        Tensor y = Activation.GELU.of(single);
        assertArrayEquals(expected.toDoubles(), y.toDoubles(), 2e-6);
        Tensor slope = Autograd.grad(expected.sum(), List.of(wide), Autograd.Options.CREATE_GRAPH).getFirst();
        Tensor near = Autograd.grad(y.sum(), List.of(single), Autograd.Options.CREATE_GRAPH).getFirst();
        assertArrayEquals(slope.toDoubles(), near.toDoubles(), 2e-6);
        Autograd.backward(slope.sum());
        Autograd.backward(near.sum());
        assertArrayEquals(wide.grad().toDoubles(), single.grad().toDoubles(), 1e-5);
    }

    @Test
    void geluKeepsItsLimits() {
        float[] y = Activation.GELU.of(Tensors.of(new float[] {Float.NEGATIVE_INFINITY, -1e30f, 1e30f, Float.POSITIVE_INFINITY, Float.NaN})).toFloats();
        assertArrayEquals(new float[] {0, 0, 1e30f, Float.POSITIVE_INFINITY}, Arrays.copyOf(y, 4));
        assertTrue(Float.isNaN(y[4]));
        Tensor ends = Tensors.of(new float[] {Float.NEGATIVE_INFINITY, -100, 100, Float.POSITIVE_INFINITY}).requiresGrad(true);
        Autograd.backward(Activation.GELU.of(ends).sum());
        assertArrayEquals(new float[] {0, 0, 1, 1}, ends.grad().toFloats(), 1e-6f);
        assertEquals(0, Activation.GELU.of(Tensors.of(new float[] {0})).item());
    }
}
