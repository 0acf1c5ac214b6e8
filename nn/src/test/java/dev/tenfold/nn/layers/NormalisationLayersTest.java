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
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.CrossEntropy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NormalisationLayersTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor batch() {
        return Tensors.of(new double[] {1, 10, 3, 20}, 2, 2);
    }

    @Test
    void batchNormOfRowsIsTheWorkedExample() {
        BatchNorm1d norm = new BatchNorm1d(2, BatchNormOptions.DEFAULT.eps(0), DType.F64);
        norm.load(Map.of("weight", Tensors.of(new double[] {2, 3}), "bias", Tensors.of(new double[] {0, 1}),
                "running_mean", Tensors.zeros(DType.F64, 2), "running_var", Tensors.ones(DType.F64, 2)));
        // Means 2 and 15, biased variances 1 and 25.
        assertArrayEquals(new double[] {-2, -2, 2, 4}, norm.forward(batch()).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0.2, 1.5}, norm.state().get("running_mean").toDoubles(), 1e-12);
        assertArrayEquals(new double[] {0.9 + 0.1 * 2, 0.9 + 0.1 * 50}, norm.state().get("running_var").toDoubles(), 1e-12);
    }

    @Test
    void batchNormEvaluatesWithItsRunningStatistics() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            BatchNorm1d norm = new BatchNorm1d(2, BatchNormOptions.DEFAULT.eps(0), type);
            norm.load(Map.of("weight", Tensors.of(type, new double[] {2, 3}, 2), "bias", Tensors.of(type, new double[] {0, 1}, 2),
                    "running_mean", Tensors.of(type, new double[] {1, 4}, 2), "running_var", Tensors.of(type, new double[] {4, 9}, 2)));
            norm.eval();
            assertArrayEquals(new double[] {0, 7, 2, 17}, norm.forward(batch().to(type)).toDoubles(), 1e-5);
            Tensor lines = batch().to(type).reshape(2, 2, 1).expand(Shape.of(2, 2, 3));
            assertArrayEquals(new double[] {0, 0, 0, 7, 7, 7, 2, 2, 2, 17, 17, 17}, norm.forward(lines).toDoubles(), 1e-5);
        }
    }

    @Test
    void evaluationHasTheRightGradients() {
        BatchNorm2d norm = new BatchNorm2d(2, BatchNormOptions.DEFAULT, DType.F64);
        norm.forward(new Generator(1).normal(DType.F64, Shape.of(3, 2, 2, 2), 1, 2));
        norm.eval();
        GradientCheck.check(in -> norm.forward(in.getFirst()), List.of(new Generator(2).normal(DType.F64, 2, 2, 2, 2)), 2, 1e-6);
    }

    @Test
    void batchNormKeepsOnlyTheStateThatItsOptionsAskFor() {
        assertEquals(Set.of("running_mean", "running_var"), new BatchNorm2d(3, BatchNormOptions.DEFAULT.withoutAffine(), DType.F32).state().keySet());
        assertEquals(Set.of("weight", "bias"), new BatchNorm2d(3, BatchNormOptions.DEFAULT.withoutStatistics(), DType.F32).state().keySet());
        assertEquals(List.of("weight", "bias", "running_mean", "running_var"), List.copyOf(new BatchNorm2d(3).state().keySet()));
    }

    @Test
    void withoutRunningStatisticsEvaluationUsesTheBatch() {
        BatchNorm1d norm = new BatchNorm1d(2, BatchNormOptions.DEFAULT.eps(0).withoutAffine().withoutStatistics(), DType.F64);
        norm.eval();
        assertArrayEquals(new double[] {-1, -1, 1, 1}, norm.forward(batch()).toDoubles(), 1e-12);
    }

    @Test
    void withoutAffineItStandardisesInBothModes() {
        BatchNorm1d norm = new BatchNorm1d(2, BatchNormOptions.DEFAULT.eps(0).momentum(1).withoutAffine(), DType.F64);
        assertArrayEquals(new double[] {-1, -1, 1, 1}, norm.forward(batch()).toDoubles(), 1e-12);
        norm.eval();
        // The running variance is the unbiased one: 2 and 50.
        double root = Math.sqrt(0.5);
        assertArrayEquals(new double[] {-root, -root, root, root}, norm.forward(batch()).toDoubles(), 1e-12);
    }

    @Test
    void statisticsThatAreNotUpdatedStay() {
        BatchNorm2d norm = new BatchNorm2d(1).updateStatistics(false);
        Tensor x = new Generator(4).uniform(DType.F32, 2, 1, 3, 3);
        norm.forward(x);
        assertEquals(0, norm.state().get("running_mean").item());
        norm.updateStatistics(true).forward(x);
        assertTrue(norm.state().get("running_mean").item() != 0);
    }

    @Test
    void trainingWithOneValuePerChannelIsRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> new BatchNorm1d(2).forward(Tensors.zeros(DType.F32, 1, 2))).getMessage();
        assertTrue(message.contains("BatchNorm1d: training needs more than one value per channel, but x is [1, 2]"), message);
        message = assertThrows(IllegalArgumentException.class, () -> new BatchNorm2d(2).forward(Tensors.zeros(DType.F32, 1, 3, 2, 2))).getMessage();
        assertTrue(message.contains("BatchNorm2d: x is [1, 3, 2, 2]; it must be [n, 2, h, w]"), message);
        message = assertThrows(IllegalArgumentException.class, () -> BatchNormOptions.DEFAULT.momentum(2)).getMessage();
        assertTrue(message.contains("momentum 2.0 must be in [0, 1]"), message);
    }

    @Test
    void largeOffsetsDoNotSpoilTheVarianceInSinglePrecision() {
        Tensor noise = new Generator(5).normal(DType.F32, 16, 2, 24, 24);
        Tensor far = noise.add(1000);
        double[] expected = far.to(DType.F64).varianceKeep(0, 0, 2, 3).toDoubles();
        BatchNorm2d norm = new BatchNorm2d(2, BatchNormOptions.DEFAULT.momentum(1), DType.F32);
        norm.forward(far);
        double[] running = norm.state().get("running_var").toDoubles();
        long count = 16 * 24 * 24;
        for (int c = 0; c < 2; c++) assertEquals(expected[c] * count / (count - 1), running[c], 1e-5);
    }

    @Test
    void gradientsOfSinglePrecisionAreThoseOfDouble() {
        for (long[] shape : new long[][] {{6, 5}, {3, 4, 7, 6}, {2, 3, 24, 25}, {3, 2, 70, 70}}) {
            Tensor x = new Generator(6).normal(DType.F64, shape);
            Tensor g = new Generator(7).normal(DType.F64, shape);
            double[] wide = gradient(x, g);
            double[] narrow = gradient(x.to(DType.F32), g.to(DType.F32));
            assertArrayEquals(wide, narrow, 1e-4, Shape.of(shape).toString());
        }
    }

    /** Of x, then of weight and bias. */
    private static double[] gradient(Tensor x, Tensor g) {
        Module norm = x.rank() == 2 ? new BatchNorm1d((int) x.size(1), BatchNormOptions.DEFAULT, x.dtype())
                : new BatchNorm2d((int) x.size(1), BatchNormOptions.DEFAULT, x.dtype());
        Tensor leaf = x.detach().requiresGrad(true);
        Autograd.backward(norm.forward(leaf), g, false);
        return Tensors.concat(0, List.of(leaf.grad().flatten(), norm.namedParameters().get("weight").grad(), norm.namedParameters().get("bias").grad())).toDoubles();
    }

    @Test
    void layerNormIsTheWorkedExample() {
        LayerNorm norm = new LayerNorm(0, true, DType.F64, 2);
        norm.load(Map.of("weight", Tensors.of(new double[] {2, 3}), "bias", Tensors.of(new double[] {0, 1})));
        // Rows (1, 10) and (3, 20): every element is one deviation from its mean.
        assertArrayEquals(new double[] {-2, 4, -2, 4}, norm.forward(batch()).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {-1, 1, -1, 1}, new LayerNorm(0, false, DType.F64, 2).forward(batch()).toDoubles(), 1e-12);
        Tensor whole = new LayerNorm(0, false, DType.F64, 2, 2).forward(batch());
        assertEquals(0, whole.sum().item(), 1e-12);
        assertEquals(4, whole.square().sum().item(), 1e-12);
    }

    @Test
    void groupNormIsTheWorkedExample() {
        Tensor x = Tensors.of(new double[] {1, 3, 5, 7, 10, 20, 10, 20}, 2, 2, 2);
        // One group: mean 4, variance 5 in the first image; mean 15, variance 25 in the second.
        double root = Math.sqrt(5);
        assertArrayEquals(new double[] {-3 / root, -1 / root, 1 / root, 3 / root, -1, 1, -1, 1}, new GroupNorm(1, 2, 0, true, DType.F64).forward(x).toDoubles(), 1e-12);
        assertArrayEquals(new double[] {-1, 1, -1, 1, -1, 1, -1, 1}, GroupNorm.instances(2).forward(x.to(DType.F32)).toDoubles(), 1e-5);
    }

    @Test
    void layersThatDoNotFitAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> new LayerNorm(3).forward(batch())).getMessage();
        assertTrue(message.contains("LayerNorm: x is [2, 2]; its last dimensions must be [3]"), message);
        message = assertThrows(IllegalArgumentException.class, () -> new GroupNorm(2, 4).forward(batch())).getMessage();
        assertTrue(message.contains("GroupNorm: x is [2, 2]; it must be [n, 4, …]"), message);
        message = assertThrows(IllegalArgumentException.class, () -> new GroupNorm(3, 4)).getMessage();
        assertTrue(message.contains("GroupNorm: 3 groups do not divide 4 channels"), message);
    }

    @Test
    void weightNormStartsAsTheLayerThatItTakesOver() {
        Tensor x = new Generator(8).normal(DType.F32, 3, 4);
        Linear linear = new Linear(new Generator(9), 4, 5);
        double[] before = linear.forward(x).toDoubles();
        WeightNorm norm = WeightNorm.of(linear);
        assertArrayEquals(before, norm.forward(x).toDoubles(), 1e-5);
        assertEquals(List.of("weight_g", "weight_v", "bias"), List.copyOf(norm.state().keySet()));
        Tensor images = new Generator(10).normal(DType.F32, 2, 3, 5, 5);
        Conv2d conv = new Conv2d(new Generator(11), 3, 4, 3, 2, 1);
        before = conv.forward(images).toDoubles();
        assertArrayEquals(before, WeightNorm.of(conv).forward(images).toDoubles(), 1e-5);
    }

    @Test
    void weightNormKeepsTheLengthApartFromTheDirection() {
        WeightNorm norm = WeightNorm.of(new Linear(new Generator(12), 2, 1, false, DType.F64));
        norm.load(Map.of("weight_g", Tensors.of(new double[] {10}), "weight_v", Tensors.of(new double[] {3, 4}, 1, 2)));
        assertArrayEquals(new double[] {6, 8}, norm.weight().toDoubles(), 1e-12);
        Autograd.backward(norm.forward(Tensors.of(new double[] {1, 0}, 1, 2)).sum());
        // The gradient of w is (1, 0): along v it is 3/5, across it 16/25 and -12/25, times g / |v|.
        assertArrayEquals(new double[] {0.6}, norm.namedParameters().get("weight_g").grad().toDoubles(), 1e-12);
        assertArrayEquals(new double[] {2 * 16 / 25.0, -2 * 12 / 25.0}, norm.namedParameters().get("weight_v").grad().toDoubles(), 1e-12);
    }

    @Test
    void ignoredLabelsHaveNoLossAndNoGradient() {
        Tensor logits = Tensors.of(new double[] {1, 2, 3, 1, 1, 1, 5, 0, 0}, 3, 3).requiresGrad(true);
        Tensor labels = Tensors.of(new long[] {2, 0, -100});
        Tensor loss = Losses.crossEntropy(logits, labels, 0, -100, CrossEntropy.Reduction.MEAN);
        double first = Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3)) - 3;
        assertEquals((first + Math.log(3)) / 2, loss.item(), 1e-12);
        Autograd.backward(loss);
        double[] gradient = logits.grad().toDoubles();
        assertEquals((Math.exp(3 - 3 - first) - 1) / 2, gradient[2], 1e-12);
        assertArrayEquals(new double[] {-1 / 3.0, 1 / 6.0, 1 / 6.0, 0, 0, 0}, java.util.Arrays.copyOfRange(gradient, 3, 9), 1e-12);
        assertArrayEquals(new double[] {first, Math.log(3), 0}, Losses.crossEntropy(logits, labels, 0, -100, CrossEntropy.Reduction.NONE).toDoubles(), 1e-12);
    }
}
