package dev.tenfold.methods.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import org.junit.jupiter.api.Test;

/** The kernel h of Hu et al. on the circle: its eigenfunctions are harmonics, and it has no odd ones above the first. */
class SpectrumTest {
    private static final int N = 64;

    private static Tensor kernel() {
        double[] angles = new double[N];
        for (int i = 0; i < N; i++) angles[i] = 2 * Math.PI * i / N;
        return FcKernel.hu().ntk(Circle.points(angles));
    }

    /** {@code c_0 = 1 / pi^2, c_1 = 1/8}, even k: {@code (k^2 + 1) / (pi^2 (k^2 - 1)^2)}, odd k from 3 on: 0. */
    private static double coefficient(int k) {
        if (k == 0) return 1 / (Math.PI * Math.PI);
        if (k % 2 == 1) return k == 1 ? .125 : 0;
        double square = (double) k * k;
        return (square + 1) / (Math.PI * Math.PI * (square - 1) * (square - 1));
    }

    /** On N points the harmonics k + j N and j N - k look like k. */
    private static double aliased(int k) {
        double sum = coefficient(k);
        for (int j = 1; j < 2000; j++) sum += coefficient(j * N + k) + coefficient(j * N - k);
        return sum;
    }

    @Test
    void harmonicsHaveTheirFourierCoefficients() {
        try (Scope scope = Scope.open()) {
            Tensor h = kernel();
            double[] printed = {.1014, .1250, .05637, 0, .007737, 0, .003143};
            for (int k = 0; k <= 6; k++) {
                double[] wave = new double[N];
                for (int i = 0; i < N; i++) wave[i] = Math.cos(2 * Math.PI * i * k / N);
                Tensor v = Tensors.of(wave);
                double eigenvalue = v.dot(h.matmul(v)).item() / v.dot(v).item() / N;
                assertEquals(printed[k], eigenvalue, 6e-5 * Math.max(printed[k] * 10, .01), "harmonic " + k);
                assertEquals(aliased(k), eigenvalue, 1e-7, "harmonic " + k);
            }
        }
    }

    @Test
    void theEigenvaluesComeInPairsAndOddOnesVanish() {
        try (Scope scope = Scope.open()) {
            double[] values = GradientFlow.of(kernel()).eigenvalues().div(N).toDoubles();
            assertEquals(.1250, values[N - 1], 1e-8);
            assertEquals(.1250, values[N - 2], 1e-8);
            assertEquals(.1014, values[N - 3], 1e-4);
            assertEquals(.05637, values[N - 4], 1e-5);
            assertEquals(.05637, values[N - 5], 1e-5);
            // Odd harmonics 3 to 31 twice each: 30 zeros, to rounding near rho = 1.
            for (int i = 0; i < 30; i++) assertTrue(Math.abs(values[i]) < 1e-9, "eigenvalue " + values[i]);
            assertTrue(values[30] > 1e-5);
        }
    }
}
