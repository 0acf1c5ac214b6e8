package dev.tenfold.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GradientsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Parameter with(double... gradient) {
        Parameter p = new Parameter(Tensors.zeros(DType.F32, gradient.length));
        p.value().setGrad(Tensors.of(gradient, gradient.length).to(DType.F32));
        return p;
    }

    @Test
    void allGradientsAreScaledByOneFactor() {
        List<Parameter> parameters = List.of(with(3, 0), new Parameter(Tensors.zeros(DType.F32, 7)), with(0, -4, 0));
        assertEquals(5, Gradients.clipNorm(parameters, 10));
        assertArrayEquals(new double[] {3, 0}, parameters.get(0).grad().toDoubles());
        assertEquals(5, Gradients.clipNorm(parameters, 1));
        assertArrayEquals(new double[] {0.6, 0}, parameters.get(0).grad().toDoubles(), 1e-7);
        assertArrayEquals(new double[] {0, -0.8, 0}, parameters.get(2).grad().toDoubles(), 1e-7);
        assertEquals(1, Gradients.norm(parameters), 1e-7);
    }

    @Test
    void valuesAreBounded() {
        Parameter p = with(3, -0.1, -8);
        Gradients.clipValue(List.of(p), 0.5);
        assertArrayEquals(new float[] {0.5f, -0.1f, -0.5f}, p.grad().toFloats());
    }

    @Test
    void squaresBeyondF32DoNotOverflowAndNormsThatAreNotFiniteChangeNothing() {
        Parameter huge = with(3e30, 4e30);
        assertEquals(5e30, Gradients.clipNorm(List.of(huge), 5), 1e24);
        assertArrayEquals(new double[] {3, 4}, huge.grad().toDoubles(), 1e-6);
        Parameter broken = with(1, Double.NaN);
        assertEquals(Double.NaN, Gradients.clipNorm(List.of(broken), 0.1));
        assertEquals(1, broken.grad().get(0));
        assertEquals(Double.POSITIVE_INFINITY, Gradients.clipNorm(List.of(with(1), with(Double.NEGATIVE_INFINITY)), 0.1));
    }

    @Test
    void gradientsThatShareTheirMemoryAreScaledOnce() {
        Parameter a = new Parameter(Tensors.zeros(DType.F32, 2));
        Parameter b = new Parameter(Tensors.zeros(DType.F32, 2));
        Autograd.backward(a.value().add(b.value()).sum());
        Gradients.clipNorm(List.of(a, b), 1);
        assertArrayEquals(new double[] {0.5, 0.5}, a.grad().toDoubles(), 1e-7);
        assertArrayEquals(new double[] {0.5, 0.5}, b.grad().toDoubles(), 1e-7);
    }

    @Test
    void theNormHasTheSameBitsForAnyNumberOfThreads() {
        Parameter p = new Parameter(Tensors.zeros(DType.F32, 300_001));
        p.value().setGrad(new Generator(3).normal(DType.F32, 300_001));
        double exact = 0;
        for (double g : p.grad().toDoubles()) exact += g * g;
        int before = WorkerPool.threads();
        try {
            WorkerPool.setThreads(1);
            double one = Gradients.norm(List.of(p));
            assertEquals(Math.sqrt(exact), one, 1e-10);
            WorkerPool.setThreads(3);
            assertEquals(one, Gradients.norm(List.of(p)));
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void boundsMustBePositive() {
        assertThrows(IllegalArgumentException.class, () -> Gradients.clipNorm(List.of(), 0));
        assertThrows(IllegalArgumentException.class, () -> Gradients.clipValue(List.of(), Double.NaN));
    }
}
