package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Window;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LayersTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor ramp() {
        return Tensors.arange(DType.F64, 0, 16, 1).reshape(1, 1, 4, 4);
    }

    @Test
    void poolingLayersHaveTheirValues() {
        assertArrayEquals(new double[] {5, 7, 13, 15}, Function.maxPool(2, 2, 0).forward(ramp()).toDoubles());
        assertArrayEquals(new double[] {2.5, 4.5, 10.5, 12.5}, Function.averagePool(2, 2, 0).forward(ramp()).toDoubles());
        assertArrayEquals(new double[] {7.5}, Function.globalAveragePool().forward(ramp()).toDoubles());
        assertEquals(Shape.of(1, 16), Function.flatten().forward(ramp()).shape());
    }

    @Test
    void poolingLayersHaveTheRightGradients() {
        Tensor x = new Generator(2).normal(DType.F64, 2, 3, 4, 4);
        for (Module pool : List.of(Function.maxPool(2, 2, 0), Function.averagePool(3, 2, 1), Function.globalAveragePool())) {
            GradientCheck.check(in -> pool.forward(in.getFirst()).exp().mean(), List.of(x), 1, 1e-6);
        }
    }

    @Test
    void activationsHaveTheirValues() {
        Tensor x = Tensors.of(new double[] {-1, 0, 2});
        assertArrayEquals(new double[] {0, 0, 2}, Function.relu().forward(x).toDoubles());
        assertArrayEquals(new double[] {Math.tanh(-1), 0, Math.tanh(2)}, Function.tanh().forward(x).toDoubles(), 1e-12);
        // x Phi(x), Phi(-1) = 0.158655, Phi(2) = 0.977250
        assertArrayEquals(new double[] {-0.158655, 0, 1.954500}, Function.gelu().forward(x).toDoubles(), 1e-6);
    }

    @Test
    void linearMultipliesAndAdds() {
        Linear layer = new Linear(new Generator(1), 2, 2, true, DType.F64);
        layer.load(java.util.Map.of("weight", Tensors.of(new double[] {1, 2, 3, 4}, 2, 2), "bias", Tensors.of(new double[] {10, 20})));
        assertArrayEquals(new double[] {15, 31}, layer.forward(Tensors.of(new double[] {1, 2}, 1, 2)).toDoubles());
        assertEquals(Shape.of(5, 3, 2), layer.forward(Tensors.zeros(DType.F64, 5, 3, 2)).shape());
    }

    @Test
    void laterActivationsHaveTheirValues() {
        Tensor x = Tensors.of(new double[] {-2, 0, 3});
        double s = 1 / (1 + Math.exp(2));
        double t = 1 / (1 + Math.exp(-3));
        assertArrayEquals(new double[] {-0.2, 0, 3}, Function.leakyRelu(0.1).forward(x).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {Math.expm1(-2), 0, 3}, Function.elu(1).forward(x).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {s, 0.5, t}, Function.sigmoid().forward(x).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {-2 * s, 0, 3 * t}, Function.silu().forward(x).toDoubles(), 1e-15);
        assertArrayEquals(new double[] {Math.log1p(Math.exp(-2)), Math.log(2), Math.log1p(Math.exp(3))}, Function.softplus().forward(x).toDoubles(), 1e-14);
        assertEquals(1, Function.softmax().forward(x).sum().item(), 1e-15);
    }

    @Test
    void averagesNeedNotCountPadding() {
        Window window = Window.square(1, 1, 1);
        assertEquals(2.5, Function.averagePool(3, 3, window, false).forward(ramp()).get(0, 0, 0, 0));
        assertEquals(10 / 9.0, Function.averagePool(3, 3, window, true).forward(ramp()).get(0, 0, 0, 0), 1e-15);
        assertArrayEquals(new double[] {15}, Function.globalMaxPool().forward(ramp()).toDoubles());
        assertEquals(Shape.of(1, 1, 3, 3), Function.adaptiveAveragePool(3, 3).forward(ramp()).shape());
    }

    @Test
    void residualsAddTheirShortcut() {
        Tensor x = Tensors.of(new double[] {1, -2}, 1, 2);
        assertArrayEquals(new double[] {2, -2}, new Residual(Function.relu()).forward(x).toDoubles());
        assertArrayEquals(new double[] {1 + Math.tanh(1), Math.tanh(-2)}, new Residual(Function.relu(), Function.tanh()).forward(x).toDoubles(), 1e-15);
        Module narrowing = new Residual(new Function(v -> v.narrow(1, 0, 1)));
        String message = assertThrows(IllegalArgumentException.class, () -> narrowing.forward(x)).getMessage();
        assertTrue(message.contains("Residual: the branch gives [1, 1], the shortcut [1, 2]"), message);
    }
}
