package dev.tenfold.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrdaTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Grda grda(Parameter p, double rate, double c, double mu) {
        return new Grda(List.of(ParameterGroup.of(Map.of("gate", p))), rate, c, mu);
    }

    private static void step(Grda grda, Parameter p, double... gradient) {
        p.value().setGrad(Tensors.of(gradient, gradient.length).to(p.value().dtype()));
        grda.step();
    }

    private static final double[][] GRADIENTS = {{-0.5, 0.1, 0, 0.4}, {-0.2, -0.1, 0.1, 0.3}, {0.3, 0.2, -0.05, -0.1}, {-0.1, 0.15, 0, 0}};

    /** Worked by hand for rate 0.1, c 0.5, mu 0.6. */
    @Test
    void fourStepsAreThoseOfTheWorkedExample() {
        double[] thresholds = {0.0397164117, 0.0601988232, 0.0767790541, 0.0912443537};
        double[][] accumulators = {{0.65, 0.59, -0.02, 0.26}, {0.67, 0.60, -0.03, 0.23}, {0.64, 0.58, -0.025, 0.24}, {0.65, 0.565, -0.025, 0.24}};
        double[][] weights = {{0.61028359, 0.55028359, 0, 0.22028359}, {0.60980118, 0.53980118, 0, 0.16980118},
            {0.56322095, 0.50322095, 0, 0.16322095}, {0.55875565, 0.47375565, 0, 0.14875565}};
        Parameter gate = new Parameter(Tensors.of(new double[] {0.6, 0.6, -0.02, 0.3}, 4));
        Grda grda = grda(gate, 0.1, 0.5, 0.6);
        for (int t = 0; t < 4; t++) {
            step(grda, gate, GRADIENTS[t]);
            assertEquals(thresholds[t], grda.threshold(), 1e-10);
            assertArrayEquals(accumulators[t], grda.state().get("gate.v").toDoubles(), 1e-12);
            assertArrayEquals(weights[t], gate.value().toDoubles(), 1e-8);
            assertEquals(0L, Double.doubleToRawLongBits(gate.value().get(2)), "a dead gate is +0");
        }
        grda.close();
    }

    @Test
    void theThresholdGrowsByTheRateOfEachStep() {
        Parameter gate = new Parameter(Tensors.of(new double[] {0.6, 0.6, -0.02, 0.3}, 4));
        Grda grda = grda(gate, 0.1, 0.5, 0.6);
        step(grda, gate, GRADIENTS[0]);
        step(grda, gate, GRADIENTS[1]);
        grda.setLearningRate(0.05);
        step(grda, gate, GRADIENTS[2]);
        assertEquals(0.0679337744, grda.threshold(), 1e-10);
        assertArrayEquals(new double[] {0.58706623, 0.52206623, 0, 0.16706623}, gate.value().toDoubles(), 1e-8);
        step(grda, gate, GRADIENTS[3]);
        assertEquals(0.0746820753, grda.threshold(), 1e-10);
        assertArrayEquals(new double[] {0.58531792, 0.50781792, 0, 0.16031792}, gate.value().toDoubles(), 1e-8);
        grda.close();
    }

    @Test
    void withAConstantRateTheThresholdFollowsItsClosedForm() {
        Parameter gate = new Parameter(Tensors.of(new float[] {0.6f}, 1));
        Grda grda = grda(gate, 0.1, 5e-3, 0.8);
        for (int n = 1; n <= 5000; n++) {
            step(grda, gate, 0);
            if (n % 1000 == 1) assertEquals(5e-3 * Math.pow(0.1, 1.3) * Math.pow(n, 0.8), grda.threshold(), 1e-12 * n);
        }
        grda.close();
    }

    @Test
    void aSilentGateDiesInItsStepAndComesBackWhenItsGradientInsists() {
        double rate = 0.1;
        double c = 0.25265;
        double mu = 0.6;
        int death = (int) Math.ceil(Math.pow(0.6 / (c * Math.pow(rate, 0.5 + mu)), 1 / mu));
        Parameter gate = new Parameter(Tensors.of(new double[] {0.6, -0.6}, 2));
        Grda grda = grda(gate, rate, c, mu);
        for (int n = 1; n < death; n++) step(grda, gate, 0, 0);
        assertTrue(gate.value().get(0) > 0 && gate.value().get(1) < 0, "alive before step " + death);
        step(grda, gate, 0, 0);
        assertArrayEquals(new double[] {0, 0}, gate.value().toDoubles());
        for (int n = 0; n < 10; n++) step(grda, gate, 1, 1);
        assertEquals(0, gate.value().get(0), "its accumulator only crossed zero");
        assertTrue(gate.value().get(1) < 0, "pushed on, it comes back");
        grda.close();
    }

    @Test
    void withoutThresholdItIsGradientDescent() {
        Parameter gate = new Parameter(Tensors.of(new double[] {0.6, -1, 2}, 3));
        Grda grda = grda(gate, 0.1, 0, 0.6);
        step(grda, gate, 1, -2, 3);
        step(grda, gate, 1, 1, 1);
        assertArrayEquals(new double[] {0.4, -0.9, 1.6}, gate.value().toDoubles(), 1e-15);
        grda.close();
    }

    @Test
    void theThresholdIsPartOfTheStateAndMustBeOneDouble() {
        Parameter gate = new Parameter(Tensors.of(new float[] {0.6f}, 1));
        Grda grda = grda(gate, 0.1, 0.1, 0.5);
        step(grda, gate, 0);
        assertEquals(grda.threshold(), grda.state().get("threshold").item());
        String message = org.junit.jupiter.api.Assertions.assertThrows(IllegalArgumentException.class,
                () -> grda.load(Map.of("threshold", Tensors.scalar(DType.F32, 1)))).getMessage();
        assertTrue(message.contains("threshold") && message.contains("f32"), message);
        grda.close();
    }
}
