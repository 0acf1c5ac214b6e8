package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegressionLossesTest {
    private final Tensor f = Tensors.of(new double[] {0, 1, -3, 2.5}, 2, 2);
    private final Tensor target = Tensors.of(new double[] {0.5, 1, 1, 0}, 2, 2);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        f.close();
        target.close();
    }

    @Test
    void valuesAreThoseOfTheFormulas() {
        // differences -0.5, 0, -4, 2.5
        assertArrayEquals(new double[] {0.25, 0, 16, 6.25}, RegressionLosses.squaredError(f, target, Reduction.NONE).toDoubles());
        assertArrayEquals(new double[] {0.5, 0, 4, 2.5}, RegressionLosses.absoluteError(f, target, Reduction.NONE).toDoubles());
        assertArrayEquals(new double[] {0.125, 0, 2.5 * (4 - 1.25), 3.125}, RegressionLosses.huber(f, target, 2.5, Reduction.NONE).toDoubles());
        assertArrayEquals(new double[] {0.125, 0, 3.5, 2}, RegressionLosses.smoothL1(f, target, 1, Reduction.NONE).toDoubles());
        assertArrayEquals(new double[] {0.0625, 0, 3, 1.5}, RegressionLosses.smoothL1(f, target, 2, Reduction.NONE).toDoubles());
    }

    @Test
    void reductionsAreMeanAndSum() {
        assertEquals(7, RegressionLosses.absoluteError(f, target, Reduction.SUM).item());
        assertEquals(1.75, RegressionLosses.absoluteError(f, target, Reduction.MEAN).item());
        assertEquals(Shape.of(2, 2), RegressionLosses.absoluteError(f, target, Reduction.NONE).shape());
    }

    @Test
    void gaussianNllOfTheEnsembleExample() {
        // The loss of an ensemble leaves out the half: -0.582461688888 and -0.957456186492.
        double[][] mean = {{.1, .2, .3, -.4}, {0, .5, 1, -1}};
        double[][] logVariance = {{-1, -2, 0, .3}, {.2, -.5, -3, -1}};
        double[][] y = {{0, 0, .5, -.5}, {.1, .4, .9, -.7}};
        double[] expected = {-.582461688888, -.957456186492};
        for (int e = 0; e < 2; e++) {
            double loss = RegressionLosses.gaussianNll(Tensors.of(mean[e]), Tensors.of(logVariance[e]), Tensors.of(y[e]), Reduction.MEAN).item();
            assertEquals(expected[e], 2 * loss, 1e-11);
        }
    }

    @Test
    void softBoundsOfTheWorkedExample() {
        Tensor raw = Tensors.of(new double[] {-20, -10, -3, 0, .5, 2, 20});
        double[] expected = {-9.999954601101, -9.306866587380, -3.028811440835, -.474004050461, -.193092109178, .298620402112, .500027532672};
        Tensor bounded = RegressionLosses.softlyBounded(raw, Tensors.scalar(DType.F64, -10), Tensors.scalar(DType.F64, .5));
        assertArrayEquals(expected, bounded.toDoubles(), 1e-11);
    }

    @Test
    void gradientsAgreeWithFiniteDifferences() {
        Generator generator = new Generator(1);
        Tensor a = generator.normal(DType.F64, 3, 4);
        Tensor b = generator.normal(DType.F64, 3, 4);
        Tensor v = generator.normal(DType.F64, 3, 4);
        GradientCheck.check(in -> RegressionLosses.squaredError(in.get(0), in.get(1), Reduction.MEAN), List.of(a, b), 2, 1e-6);
        GradientCheck.check(in -> RegressionLosses.absoluteError(in.get(0), in.get(1), Reduction.NONE), List.of(a, b), 1, 1e-6);
        GradientCheck.check(in -> RegressionLosses.huber(in.get(0), in.get(1), 0.7, Reduction.NONE), List.of(a, b), 2, 1e-6);
        GradientCheck.check(in -> RegressionLosses.smoothL1(in.get(0), in.get(1), 0.7, Reduction.SUM), List.of(a, b), 2, 1e-6);
        GradientCheck.check(in -> RegressionLosses.gaussianNll(in.get(0), in.get(1), in.get(2), Reduction.NONE), List.of(a, v, b), 2, 1e-6);
        GradientCheck.check(in -> RegressionLosses.softlyBounded(in.get(0), in.get(1), in.get(2)),
                List.of(a, Tensors.of(new double[] {-1, -2, -1.5, -1}), Tensors.of(new double[] {1, 0.5, 2, 1})), 2, 1e-6);
    }

    @Test
    void shapesMustBeEqualEvenWhereTheyBroadcast() {
        Tensor row = Tensors.ones(DType.F64, 2);
        String message = assertThrows(IllegalArgumentException.class, () -> RegressionLosses.squaredError(f, row, Reduction.MEAN)).getMessage();
        assertTrue(message.contains("squaredError: f [2, 2] and target [2] must have one shape"), message);
        assertThrows(IllegalArgumentException.class, () -> RegressionLosses.gaussianNll(f, row, target, Reduction.MEAN));
        message = assertThrows(IllegalArgumentException.class, () -> RegressionLosses.huber(f, target, 0, Reduction.MEAN)).getMessage();
        assertTrue(message.contains("huber: delta is 0.0"), message);
    }
}
