package dev.tenfold.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LossScalerTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Parameter withGradient(DType type, double... gradient) {
        Parameter p = new Parameter(Tensors.zeros(type, gradient.length));
        p.value().setGrad(Tensors.of(type, gradient));
        return p;
    }

    @Test
    void gradientsAreDividedByTheScaleExactly() {
        LossScaler scaler = LossScaler.dynamic();
        assertEquals(65536, scaler.scale());
        assertEquals(3 * 65536, scaler.scale(Tensors.scalar(DType.F32, 3)).item());
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Parameter p = withGradient(type, 65536 * 0.75, -65536 * 3.0, 0);
            assertTrue(scaler.unscale(List.of(p)));
            assertArrayEquals(new double[] {0.75, -3, 0}, p.grad().toDoubles());
        }
        assertEquals(65536, scaler.scale());
        assertEquals(0, scaler.skipped());
    }

    @Test
    void aScaledLossGivesTheGradientsOfThePlainOne() {
        Parameter a = new Parameter(new Generator(1).normal(DType.F32, 5));
        Parameter b = new Parameter(new Generator(2).normal(DType.F32, 5));
        // The sum's gradient reaches both parameters as one tensor.
        Autograd.backward(a.value().add(b.value()).square().sum());
        float[] plain = a.grad().toFloats();
        a.zeroGrad();
        b.zeroGrad();
        LossScaler scaler = LossScaler.fixed(1024);
        Autograd.backward(scaler.scale(a.value().add(b.value()).square().sum()));
        assertTrue(scaler.unscale(List.of(a, b)));
        assertArrayEquals(plain, a.grad().toFloats());
        assertArrayEquals(plain, b.grad().toFloats());
    }

    @Test
    void anOverflowHalvesTheScaleAndDropsAllGradients() {
        for (double broken : new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN}) {
            LossScaler scaler = LossScaler.dynamic(8, 3);
            double[] gradient = new double[20_000];
            gradient[17_777] = broken;
            Parameter good = withGradient(DType.F32, 1, 2);
            Parameter bad = withGradient(DType.F32, gradient);
            Parameter none = new Parameter(Tensors.zeros(DType.F32, 1));
            assertFalse(scaler.unscale(List.of(good, none, bad)));
            assertNull(good.grad());
            assertNull(bad.grad());
            assertEquals(4, scaler.scale());
            assertEquals(1, scaler.skipped());
        }
    }

    @Test
    void theScaleDoublesAfterGoodStepsInARow() {
        LossScaler scaler = LossScaler.dynamic(8, 3);
        double[] scales = new double[8];
        for (int step = 0; step < 8; step++) {
            scaler.unscale(List.of(withGradient(DType.F32, step == 1 ? Double.NaN : 1)));
            scales[step] = scaler.scale();
        }
        assertArrayEquals(new double[] {8, 4, 4, 4, 8, 8, 8, 16}, scales);
    }

    @Test
    void aFixedScaleStaysAndStillRefusesOverflows() {
        LossScaler scaler = LossScaler.fixed(128);
        for (int i = 0; i < 100; i++) assertFalse(scaler.unscale(List.of(withGradient(DType.F32, Double.NaN))));
        assertTrue(scaler.unscale(List.of(withGradient(DType.F32, 128))));
        assertEquals(128, scaler.scale());
        assertEquals(100, scaler.skipped());
    }

    @Test
    void gradientsThatOverflowAtAnyScaleAreAnError() {
        LossScaler scaler = LossScaler.dynamic(1, 10);
        String message = assertThrows(IllegalStateException.class, () -> {
            for (int i = 0; i < 30; i++) scaler.unscale(List.of(withGradient(DType.F32, Double.NaN)));
        }).getMessage();
        assertTrue(message.contains("diverged"), message);
        assertEquals(25, scaler.skipped());
    }

    @Test
    void aRestoredScalerGoesOnAsTheSavedOne() {
        LossScaler one = LossScaler.dynamic(64, 5);
        for (int i = 0; i < 9; i++) one.unscale(List.of(withGradient(DType.F32, i == 2 ? Double.NaN : 1)));
        LossScaler other = LossScaler.dynamic(2, 5).restore(one.state());
        assertEquals(one.state(), other.state());
        for (int i = 0; i < 7; i++) {
            one.unscale(List.of(withGradient(DType.F32, 1)));
            other.unscale(List.of(withGradient(DType.F32, 1)));
            assertEquals(one.state(), other.state());
        }
        assertEquals("128.0 3 1", other.state());
    }

    @Test
    void aSkippedStepLeavesParametersAndOptimiserAsTheyWere() {
        Linear layer = new Linear(new Generator(1), 3, 2);
        Adam adam = new Adam(layer, 0.1);
        LossScaler scaler = LossScaler.dynamic();
        Tensor x = new Generator(2).normal(DType.F32, 4, 3);
        Autograd.backward(scaler.scale(layer.forward(x).square().mean()));
        assertTrue(scaler.unscale(layer.parameters()));
        adam.step();
        float[] weight = layer.weight().value().toFloats();
        float[] first = adam.state().get("weight.m").toFloats();
        Autograd.backward(scaler.scale(layer.forward(x.mul(1e30)).square().mean()));
        if (scaler.unscale(layer.parameters())) adam.step();
        assertArrayEquals(weight, layer.weight().value().toFloats());
        assertArrayEquals(first, adam.state().get("weight.m").toFloats());
        assertEquals(1, adam.steps());
        assertEquals(1, scaler.skipped());
        assertNull(layer.weight().grad());
    }

    @Test
    void impossibleSettingsAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> LossScaler.fixed(3));
        assertThrows(IllegalArgumentException.class, () -> LossScaler.fixed(0));
        assertThrows(IllegalArgumentException.class, () -> LossScaler.dynamic(Double.NaN, 3));
        assertThrows(IllegalArgumentException.class, () -> LossScaler.dynamic(8, 0));
        for (String state : new String[] {"", "8 1", "7.0 0 0", "8.0 5 0", "8.0 -1 0", "8.0 0 x"}) {
            LossScaler scaler = LossScaler.dynamic(8, 5);
            String message = assertThrows(IllegalArgumentException.class, () -> scaler.restore(state)).getMessage();
            assertTrue(message.contains("\"" + state + "\""), message);
            assertEquals("8.0 0 0", scaler.state());
        }
    }
}
