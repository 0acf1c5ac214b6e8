package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
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
}
