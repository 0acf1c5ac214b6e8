package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
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
    void residualNetworksHaveTheShapesAndSizesOfTheirPapers() {
        assertEquals(11_173_962, ResNet.resNet18(new Generator(1), 3, 64, 10).parameterCount());
        try (NoGrad region = NoGrad.open()) {
            assertEquals(Shape.of(2, 5), ResNet.resNet18(new Generator(1), 1, 4, 5).forward(Tensors.zeros(DType.F32, 2, 1, 28, 28)).shape());
        }
    }

    @Test
    void wideResidualNetworksHaveTheSizesOfTheirPaper() {
        // Zagoruyko and Komodakis 2016, table 4: WRN-40-1 0.6 M, WRN-40-2 2.2 M, WRN-16-8 11.0 M; WRN-16-10 17.1 M
        assertEquals(563_930, new WideResNet(new Generator(1), 40, 1, 3, 10).parameterCount());
        assertEquals(2_243_546, new WideResNet(new Generator(1), 40, 2, 3, 10).parameterCount());
        assertEquals(10_961_370, new WideResNet(new Generator(1), 16, 8, 3, 10).parameterCount());
        assertEquals(17_116_634, new WideResNet(new Generator(1), 16, 10, 3, 10).parameterCount());
    }

    @Test
    void wideResidualNetworksHalveTheResolutionTwice() {
        WideResNet net = new WideResNet(new Generator(1), 10, 1, 3, 7);
        try (NoGrad region = NoGrad.open()) {
            assertEquals(Shape.of(2, 7), net.forward(Tensors.zeros(DType.F32, 2, 3, 32, 32)).shape());
        }
        assertEquals(Shape.of(64, 32, 1, 1), net.namedParameters().get("block3.0.shortcut.weight").value().shape());
        assertTrue(net.namedParameters().containsKey("block1.0.conv1.weight") && !net.namedParameters().containsKey("block1.0.shortcut.weight"));
        String message = assertThrows(IllegalArgumentException.class, () -> new WideResNet(new Generator(1), 18, 1, 3, 7)).getMessage();
        assertTrue(message.contains("18 is not 6 n + 4"), message);
    }

    @Test
    void wideResidualNetworksHaveTheRightGradients() {
        WideResNet net = new WideResNet(new Generator(3), 10, 1, 1, 3, DType.F64);
        Tensor x = new Generator(4).normal(DType.F64, 3, 1, 8, 8);
        Tensor labels = Tensors.of(new long[] {0, 2, 1});
        Autograd.backward(Losses.crossEntropy(net.forward(x), labels));
        for (String name : List.of("conv1.weight", "block1.0.bn1.bias", "block2.0.shortcut.weight", "block3.0.conv2.weight", "bn1.weight", "fc.bias")) {
            Parameter p = net.namedParameters().get(name);
            for (long at : new long[] {0, p.value().elements() - 1}) {
                double slope = (loss(net, p, at, 1e-6, x, labels) - loss(net, p, at, -1e-6, x, labels)) / 2e-6;
                assertEquals(slope, p.grad().toDoubles()[(int) at], 1e-6, name + " at " + at);
            }
        }
    }

    /** The loss with one weight moved. */
    private static double loss(Module net, Parameter p, long at, double move, Tensor x, Tensor labels) {
        try (NoGrad region = NoGrad.open(); Scope inner = Scope.open()) {
            double[] values = p.value().toDoubles();
            values[(int) at] += move;
            p.value().copyFrom(Tensors.of(values, p.value().shape().sizes()));
            double loss = Losses.crossEntropy(net.forward(x), labels).item();
            values[(int) at] -= move;
            p.value().copyFrom(Tensors.of(values, p.value().shape().sizes()));
            return loss;
        }
    }
}
