package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClassificationLossesTest {
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
    void binaryCrossEntropyIsExactAtAnyLogit() {
        Tensor logits = Tensors.of(new double[] {50, -50, 0, -1000, 1000, -800, 2});
        Tensor targets = Tensors.of(new double[] {0, 1, 1, 1, 1, 0, 0.3});
        double[] expected = {50, 50, Math.log(2), 1000, 0, 0, 0.3 * Math.log1p(Math.exp(-2)) + 0.7 * Math.log1p(Math.exp(2))};
        assertArrayEquals(expected, ClassificationLosses.binaryCrossEntropy(logits, targets, Reduction.NONE).toDoubles(), 1e-12);
        float small = ClassificationLosses.binaryCrossEntropy(Tensors.of(new float[] {-30}), Tensors.of(new float[] {0}), Reduction.SUM).toFloats()[0];
        assertEquals(Math.exp(-30), small, 1e-6 * Math.exp(-30), "a small loss keeps its digits");
    }

    @Test
    void theGradientOfBinaryCrossEntropyIsExactAtAnyLogit() {
        Tensor logits = Tensors.of(new float[] {-1000, 1000, 0, -30}).requiresGrad(true);
        Autograd.backward(ClassificationLosses.binaryCrossEntropy(logits, Tensors.of(new float[] {1, 0, 1, 0}), Reduction.SUM));
        double[] g = logits.grad().toDoubles();
        assertArrayEquals(new double[] {-1, 1, -0.5, Math.exp(-30)}, g, 1e-7);
        assertEquals(1, g[3] / Math.exp(-30), 1e-5, "a small gradient keeps its digits");
    }

    @Test
    void positiveWeightsMultiplyThePositivePart() {
        Tensor logits = Tensors.of(new double[] {1, -2, 0.5, 3}, 2, 2);
        Tensor targets = Tensors.of(new double[] {1, 0, 0.25, 1}, 2, 2);
        double[] l = logits.toDoubles();
        double[] t = targets.toDoubles();
        double[] w = {3, 0.5};
        double[] expected = new double[4];
        for (int i = 0; i < 4; i++) expected[i] = w[i % 2] * t[i] * Math.log1p(Math.exp(-l[i])) + (1 - t[i]) * Math.log1p(Math.exp(l[i]));
        assertArrayEquals(expected, ClassificationLosses.binaryCrossEntropy(logits, targets, Tensors.of(w), Reduction.NONE).toDoubles(), 1e-14);
        String message = assertThrows(IllegalArgumentException.class,
                () -> ClassificationLosses.binaryCrossEntropy(logits, targets, Tensors.ones(DType.F64, 3, 1, 1), Reduction.MEAN)).getMessage();
        assertTrue(message.contains("positiveWeight [3, 1, 1] does not broadcast to logits [2, 2]"), message);
    }

    @Test
    void hingeIsZeroBeyondTheMargin() {
        Tensor f = Tensors.of(new double[] {2, 0.25, -0.5, -3});
        Tensor signs = Tensors.of(new double[] {1, 1, 1, -1});
        assertArrayEquals(new double[] {0, 0.75, 1.5, 0}, ClassificationLosses.hinge(f, signs, Reduction.NONE).toDoubles());
    }

    @Test
    void multiMarginOfAWorkedExample() {
        Tensor scores = Tensors.of(new double[] {0.1, 0.2, 0.4, 0.8, 5, 0, 0, 0}, 2, 4);
        // (1 - (0.8 - 0.1)) + (1 - (0.8 - 0.2)) + (1 - (0.8 - 0.4)) = 1.3, over 4 classes
        assertArrayEquals(new double[] {0.325, 0}, ClassificationLosses.multiMargin(scores, Tensors.of(new long[] {3, 0}), 1, Reduction.NONE).toDoubles(), 1e-15);
    }

    @Test
    void focalDownWeighsWhatIsEasy() {
        Tensor logits = Tensors.of(new double[] {Math.log(0.9), Math.log(0.1), Math.log(0.25), Math.log(0.75)}, 2, 2);
        Tensor labels = Tensors.of(new long[] {0, 0});
        double[] expected = {-0.01 * Math.log(0.9), -0.5625 * Math.log(0.25)};
        assertArrayEquals(expected, ClassificationLosses.focal(logits, labels, 2, Reduction.NONE).toDoubles(), 1e-14);
        assertEquals(Losses.crossEntropy(logits, labels).item(), ClassificationLosses.focal(logits, labels, 0, Reduction.MEAN).item(), 1e-14);
        assertThrows(IllegalArgumentException.class, () -> ClassificationLosses.focal(logits, labels, 0.5, Reduction.MEAN));
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Generator generator = new Generator(1);
        Tensor logits = generator.normal(DType.F64, 3, 4);
        Tensor targets = generator.uniform(DType.F64, 3, 4);
        Tensor weight = Tensors.of(new double[] {0.5, 2, 1, 3});
        Tensor labels = Tensors.of(new long[] {2, 0, 3});
        Tensor signs = Tensors.of(new double[] {1, -1, 1, 1, -1, -1, 1, -1, 1, -1, -1, 1}, 3, 4);
        GradientCheck.check(in -> ClassificationLosses.binaryCrossEntropy(in.get(0), in.get(1), in.get(2), Reduction.NONE), List.of(logits, targets, weight), 2, 1e-6);
        GradientCheck.check(in -> ClassificationLosses.binaryCrossEntropy(in.get(0), in.get(1), in.get(2), Reduction.NONE), List.of(Tensors.zeros(DType.F64, 3, 4), targets, weight), 2, 1e-6);
        GradientCheck.check(in -> ClassificationLosses.hinge(in.getFirst(), signs, Reduction.SUM), List.of(logits), 1, 1e-6);
        GradientCheck.check(in -> ClassificationLosses.multiMargin(in.getFirst(), labels, 0.8, Reduction.NONE), List.of(logits), 1, 1e-6);
        GradientCheck.check(in -> ClassificationLosses.focal(in.getFirst(), labels, 2, Reduction.MEAN), List.of(logits), 2, 1e-6);
    }

    @Test
    void halfPrecisionLogitsGiveLossesInSinglePrecision() {
        Tensor logits = Tensors.of(new float[] {-9, 3}).to(DType.BF16);
        Tensor losses = ClassificationLosses.binaryCrossEntropy(logits, Tensors.zeros(DType.F32, 2), Reduction.NONE);
        assertEquals(DType.F32, losses.dtype());
        assertArrayEquals(new double[] {Math.log1p(Math.exp(-9)), Math.log1p(Math.exp(3))}, losses.toDoubles(), 1e-6);
        assertEquals(DType.F32, SimilarityLosses.klDivergence(logits, logits, Reduction.NONE).dtype());
        assertEquals(DType.F32, RegressionLosses.huber(logits, logits, 1, Reduction.NONE).dtype());
    }

    @Test
    void labelsMustFitTheScores() {
        Tensor scores = Tensors.ones(DType.F32, 2, 3);
        String message = assertThrows(IllegalArgumentException.class,
                () -> ClassificationLosses.multiMargin(scores, Tensors.of(new long[] {0, 1, 2}), 1, Reduction.MEAN)).getMessage();
        assertTrue(message.contains("multiMargin: scores [2, 3] and labels [3] must be [n, classes] and [n]"), message);
    }
}
