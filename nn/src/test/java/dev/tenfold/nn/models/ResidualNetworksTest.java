package dev.tenfold.nn.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
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
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResidualNetworksTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static long count(Module net) {
        try (net) {
            return net.parameterCount();
        }
    }

    /** The number of parameters at a width, which is a polynomial of second degree in it: from three small ones, which are quick to fill. */
    private static long extrapolated(IntToLongFunction size, int from, int to) {
        long d = to - from;
        return size.applyAsLong(from) * (d - 1) * (d - 2) / 2 - size.applyAsLong(from + 1) * d * (d - 2) + size.applyAsLong(from + 2) * d * (d - 1) / 2;
    }

    private static long size(ResNetDesign design, int outputs) {
        return extrapolated(width -> count(new ResNet(new Generator(1), design.width(width), outputs)), 1, design.width());
    }

    /** For a depth of 28 from depths of 10 and 16, since each further block of a group has the same size. */
    private static long wideSizeAtDepth28(int widen) {
        return extrapolated(k -> {
            long shallow = count(new WideResNet(new Generator(1), 10, k, 3, 10));
            return shallow + 3 * (count(new WideResNet(new Generator(1), 16, k, 3, 10)) - shallow);
        }, 2, widen);
    }

    @Test
    void residualNetworksHaveTheirPublishedSizes() {
        assertEquals(11_689_512, size(ResNetDesign.imageNet(18), 1000));
        assertEquals(21_797_672, size(ResNetDesign.imageNet(34), 1000));
        assertEquals(25_557_032, size(ResNetDesign.imageNet(50), 1000));
        assertEquals(44_549_160, size(ResNetDesign.imageNet(101), 1000));
        assertEquals(60_192_808, size(ResNetDesign.imageNet(152), 1000));
        assertEquals(11_173_962, size(ResNetDesign.imageNet(18).stem(ResNetDesign.Stem.SMALL_IMAGES), 10));
        assertEquals(269_722, count(new ResNet(new Generator(1), ResNetDesign.cifar(20), 10)));
        assertEquals(464_154, size(ResNetDesign.cifar(32), 10));
        assertEquals(853_018, size(ResNetDesign.cifar(56), 10));
        assertEquals(1_733_812, size(ResNetDesign.cifar(110), 100));
    }

    @Test
    void depthsThatDoNotExistAreNamed() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ResNetDesign.imageNet(20)).getMessage().contains("no depth 20"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> ResNetDesign.cifar(18)).getMessage().contains("18 is not 6 n + 2"));
    }

    @Test
    void stemsAndStagesDivideTheResolution() {
        Tensor x = Tensors.zeros(DType.F32, 2, 3, 64, 64);
        try (NoGrad region = NoGrad.open()) {
            ResNet large = new ResNet(new Generator(1), new ResNetDesign(ResNetDesign.Stem.LARGE_IMAGES, ResNetDesign.Block.BOTTLENECK, ResNetDesign.Shortcut.PROJECTED, 3, 4,
                    List.of(1, 1, 2, 1), false), 7);
            List<Shape> shapes = large.parts().features(x).stream().map(Tensor::shape).toList();
            assertEquals(List.of(Shape.of(2, 4, 16, 16), Shape.of(2, 16, 16, 16), Shape.of(2, 32, 8, 8), Shape.of(2, 64, 4, 4), Shape.of(2, 128, 2, 2)), shapes);
            assertEquals(Shape.of(2, 7), large.forward(x).shape());
            ResNet small = new ResNet(new Generator(1), ResNetDesign.cifar(8).channels(1).width(4), 5);
            Tensor y = Tensors.zeros(DType.F32, 2, 1, 28, 28);
            assertEquals(List.of(Shape.of(2, 4, 28, 28), Shape.of(2, 4, 28, 28), Shape.of(2, 8, 14, 14), Shape.of(2, 16, 7, 7)), small.parts().features(y).stream().map(Tensor::shape).toList());
            assertEquals(16, ResNetDesign.cifar(8).width(4).features());
        }
    }

    @Test
    void thePartsOfANetworkShareItsParameters() {
        Generator generator = new Generator(2);
        ResNet net = new ResNet(generator, ResNetDesign.cifar(8).width(4), 5);
        net.eval();
        Tensor x = generator.normal(DType.F32, 2, 3, 8, 8);
        Tensor features = net.parts().features(x).getLast();
        assertArrayEquals(net.forward(x).toFloats(), net.parts().head().forward(features).toFloats());
        long sum = net.parts().stem().parameterCount() + net.parts().head().parameterCount();
        for (Module stage : net.parts().stages()) sum += stage.parameterCount();
        assertEquals(net.parameterCount(), sum);
        assertEquals("conv1.weight", net.namedParameters().keySet().iterator().next());
        assertTrue(net.namedParameters().containsKey("layer2.0.conv2.weight") && net.namedParameters().containsKey("fc.bias"));
    }

    @Test
    void paddedShortcutsKeepTheChannelsInTheMiddle() {
        ResNet net = new ResNet(new Generator(3), new ResNetDesign(ResNetDesign.Stem.SMALL_IMAGES, ResNetDesign.Block.BASIC, ResNetDesign.Shortcut.PADDED, 3, 2, List.of(1, 1), false),
                2, DType.F64);
        net.eval();
        try (NoGrad region = NoGrad.open()) {
            net.namedParameters().get("layer2.0.bn2.weight").value().copyFrom(Tensors.zeros(DType.F64, 4));
            Tensor x = new Generator(4).normal(DType.F64, 1, 3, 4, 4);
            List<Tensor> features = net.parts().features(x);
            double[] before = features.get(1).toDoubles();
            double[] after = features.get(2).toDoubles();
            for (int c = 0; c < 4; c++) {
                for (int i = 0; i < 2; i++) {
                    for (int j = 0; j < 2; j++) {
                        double expected = c == 0 || c == 3 ? 0 : before[(c - 1) * 16 + 2 * i * 4 + 2 * j];
                        assertEquals(expected, after[c * 4 + i * 2 + j]);
                    }
                }
            }
        }
    }

    @Test
    void signedFeaturesMayBeNegative() {
        Tensor x = new Generator(5).normal(DType.F32, 2, 3, 8, 8);
        ResNet plain = new ResNet(new Generator(1), ResNetDesign.cifar(8).width(4), 2);
        ResNet signed = new ResNet(new Generator(1), ResNetDesign.cifar(8).width(4).signedFeatures(), 2);
        assertTrue(plain.parts().features(x).getLast().min().item() >= 0);
        assertTrue(signed.parts().features(x).getLast().min().item() < 0);
        assertArrayEquals(plain.parts().features(x).getLast().toFloats(), signed.parts().features(x).getLast().relu().toFloats());
    }

    @Test
    void bottlenecksHaveTheRightGradients() {
        ResNet net = new ResNet(new Generator(3), new ResNetDesign(ResNetDesign.Stem.SMALL_IMAGES, ResNetDesign.Block.BOTTLENECK, ResNetDesign.Shortcut.PROJECTED, 1, 2, List.of(1, 1), false),
                3, DType.F64);
        assertGradients(net, List.of("conv1.weight", "layer1.0.conv3.weight", "layer2.0.bn1.bias", "layer2.0.shortcut.0.weight", "fc.weight"));
    }

    @Test
    void wideResidualNetworksHaveTheSizesOfTheirPaper() {
        // Zagoruyko and Komodakis 2016, table 4: WRN-40-1 0.6 M, WRN-28-10 36.5 M
        assertEquals(563_930, count(new WideResNet(new Generator(1), 40, 1, 3, 10)));
        assertEquals(2_748_890, count(new WideResNet(new Generator(1), 16, 4, 3, 10)));
        assertEquals(36_479_194, wideSizeAtDepth28(10));
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
        WideResNet net = new WideResNet(new Generator(3), 10, 1, 1, 3, 0, DType.F64);
        assertGradients(net, List.of("conv1.weight", "block1.0.bn1.bias", "block2.0.shortcut.weight", "block3.0.conv2.weight", "bn1.weight", "fc.bias"));
    }

    @Test
    void dropoutDrawsInEveryBlockAndNeverInEvaluation() {
        WideResNet net = new WideResNet(new Generator(1), 10, 1, 3, 2, 0.3, DType.F32);
        assertEquals(List.of("block1.0.dropout.masks", "block2.0.dropout.masks", "block3.0.dropout.masks"), List.copyOf(net.namedGenerators().keySet()));
        Tensor x = new Generator(2).normal(DType.F32, 2, 3, 8, 8);
        float[] first = net.forward(x).toFloats();
        assertFalse(Arrays.equals(first, net.forward(x).toFloats()));
        net.eval();
        assertArrayEquals(net.forward(x).toFloats(), net.forward(x).toFloats());
        assertTrue(new WideResNet(new Generator(1), 10, 1, 3, 2).namedGenerators().isEmpty());
    }

    private static void assertGradients(Module net, List<String> names) {
        Tensor x = new Generator(4).normal(DType.F64, 3, 1, 8, 8);
        Tensor labels = Tensors.of(new long[] {0, 2, 1});
        Autograd.backward(Losses.crossEntropy(net.forward(x), labels));
        for (String name : names) {
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
