package dev.tenfold.nn.probability;

import static dev.tenfold.nn.probability.Samples.near;
import static dev.tenfold.nn.probability.Samples.f32;
import static dev.tenfold.nn.probability.Samples.f64;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Beta} and {@link Uniform}. */
class BetaTest {
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
    void betaOfWholeParametersIsAPolynomial() {
        Beta beta = new Beta(f64(2), f64(3));
        double[] x = {0.1, 0.5, 0.9};
        double[] expected = new double[3];
        for (int i = 0; i < 3; i++) expected[i] = Math.log(12 * x[i] * (1 - x[i]) * (1 - x[i]));
        near(expected, beta.logProbability(f64(x)), 1e-11);
        near(new double[] {0, 0, 0}, new Beta(f64(1), f64(1)).logProbability(f64(0, 0.3, 1)), 1e-12);
        assertEquals(0.4, beta.mean().item(), 1e-12);
        assertEquals(0, new Beta(f64(1), f64(1)).entropy().item(), 1e-12);
        Samples.follow(beta.sample(new Generator(1), Samples.COUNT).toDoubles(), v -> v * v * (6 - 8 * v + 3 * v * v));
        Samples.entropyIsTheMeanSurprise(new Beta(f64(2, 0.7, 30), f64(3, 0.9, 4)), 0);
        Samples.drawsDependOnTheSeedAlone(beta);
        GradientCheck.check(in -> new Beta(in.get(0), in.get(1)).logProbability(in.get(2)), List.of(f64(2, 0.7), f64(3, 0.9), f64(0.3, 0.6)), 2, 1e-6);
        GradientCheck.check(in -> new Beta(in.get(0), in.get(1)).entropy(), List.of(f64(2, 0.7), f64(3, 0.9)), 2, 1e-6);
    }

    @Test
    void uniformIsFlat() {
        Uniform uniform = new Uniform(f64(-1), f64(3));
        double minus = Double.NEGATIVE_INFINITY;
        near(new double[] {minus, -Math.log(4), -Math.log(4), minus}, uniform.logProbability(f64(-1.1, -1, 2.9, 3)), 1e-12);
        assertEquals(Math.log(4), uniform.entropy().item(), 1e-12);
        assertEquals(1, uniform.mean().item());
        Samples.follow(uniform.sample(new Generator(1), Samples.COUNT).toDoubles(), v -> (v + 1) / 4);
        Samples.drawsDependOnTheSeedAlone(uniform);
        GradientCheck.check(in -> new Uniform(in.get(0), in.get(1)).reparametrisedSample(new Generator(1), 3), List.of(f64(-1, 2), f64(0.5, 3)), 2, 1e-6);
        GradientCheck.check(in -> new Uniform(in.get(0), in.get(1)).logProbability(f64(0)), List.of(f64(-1), f64(0.5)), 2, 1e-6);
    }

    @Test
    void impossibleParametersAreNamed() {
        Samples.refused(() -> new Beta(f32(0), f32(1)), "Beta: a [1] must be positive");
        Samples.refused(() -> new Beta(f32(1), Tensors.ones(DType.I32, 1)), "Beta", "i32 [1]");
        Samples.refused(() -> new Uniform(f32(1), f32(1)), "Uniform: high - low", "0.0");
    }
}
