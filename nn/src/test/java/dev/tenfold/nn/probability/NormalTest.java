package dev.tenfold.nn.probability;

import static dev.tenfold.nn.probability.Samples.near;
import static dev.tenfold.nn.probability.Samples.f32;
import static dev.tenfold.nn.probability.Samples.f64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.autograd.Autograd;
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

/** {@link Normal} and {@link TanhNormal}. */
class NormalTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static double logDensity(double x, double mean, double sd) {
        return -0.5 * Math.pow((x - mean) / sd, 2) - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
    }

    @Test
    void logProbabilitiesAreThoseOfTheFormula() {
        double[] x = {-3, 0.5, 7};
        double[] mean = {0, 0.5, -1};
        double[] sd = {0.1, 1, 30};
        double[] expected = new double[3];
        for (int i = 0; i < 3; i++) expected[i] = logDensity(x[i], mean[i], sd[i]);
        near(expected, Normal.of(f64(mean), f64(sd)).logProbability(f64(x)), 1e-12);
        near(expected, Normal.ofLogScale(f64(mean), f64(sd).log()).logProbability(f64(x)), 1e-12);
        near(expected, Normal.of(f32(mean), f32(sd)).logProbability(f32(x)), 1e-5);
    }

    @Test
    void parametersAndValuesBroadcast() {
        Normal normal = Normal.ofLogScale(Tensors.zeros(DType.F32, 4, 1), Tensors.zeros(DType.F32, 3));
        assertEquals(Shape.of(4, 3), normal.batch());
        assertEquals(Shape.of(2, 5, 4, 3), normal.sample(new Generator(1), 2, 5).shape());
        assertEquals(Shape.of(5, 4, 3), normal.logProbability(Tensors.zeros(DType.F32, 5, 1, 1)).shape());
        assertEquals(Shape.of(4, 3), normal.mean().shape());
        assertEquals(Shape.of(4, 3), normal.entropy().shape());
        Samples.refused(() -> normal.logProbability(Tensors.zeros(DType.F32, 2)), "Normal.logProbability", "[2]", "[4, 3]");
    }

    @Test
    void samplesFollowTheDistribution() {
        Normal normal = Normal.of(f64(2), f64(3));
        Samples.followNormal(normal.sample(new Generator(3), Samples.COUNT).sub(2).div(3).toDoubles());
        Samples.drawsDependOnTheSeedAlone(normal);
        Samples.entropyIsTheMeanSurprise(Normal.of(f32(1, -2), f32(0.01, 100)), 1e-4);
        assertArrayEquals(normal.sample(new Generator(1), 5).toDoubles(), normal.reparametrisedSample(new Generator(1), 5).toDoubles());
    }

    @Test
    void gradientsReachTheParametersThroughDraws() {
        Tensor mean = f64(1, 2).requiresGrad(true);
        Tensor logScale = f64(0, -1).requiresGrad(true);
        Tensor x = Normal.ofLogScale(mean, logScale).reparametrisedSample(new Generator(1), 3);
        List<Tensor> g = Autograd.grad(x.sum(), List.of(mean, logScale));
        near(new double[] {3, 3}, g.get(0), 1e-12);
        near(x.detach().sub(mean.detach()).sum(0).toDoubles(), g.get(1), 1e-12);
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        GradientCheck.check(in -> Normal.ofLogScale(in.get(0), in.get(1)).logProbability(in.get(2)), List.of(f64(0.3, -1), f64(-0.5, 0.7), f64(1, 0.2)), 2, 1e-6);
        GradientCheck.check(in -> Normal.ofLogScale(in.get(0), in.get(1)).kl(Normal.ofLogScale(in.get(2), in.get(1).mul(2))), List.of(f64(0.3), f64(-0.5), f64(1)), 2, 1e-6);
        Normal other = Normal.of(f64(0), f64(1));
        GradientCheck.check(in -> new TanhNormal(Normal.ofLogScale(in.get(0), in.get(1))).act(new Generator(1), 3).logProbability(), List.of(f64(0.3, -1), f64(-0.5, 0.7)), 2, 1e-6);
        GradientCheck.check(in -> new TanhNormal(Normal.ofLogScale(in.get(0), in.get(1))).entropy(), List.of(f64(0.3, -1), f64(-0.5, 0.7)));
        GradientCheck.check(in -> new TanhNormal(other).logProbability(in.get(0)), List.of(f64(0.3, -0.9)), 2, 1e-6);
    }

    @Test
    void divergencesAreThoseOfTheFormula() {
        double m = 0.5, s = 2, n = -1, t = 0.7;
        double expected = Math.log(t / s) + (s * s + (m - n) * (m - n)) / (2 * t * t) - 0.5;
        Normal p = Normal.of(f64(m), f64(s));
        near(new double[] {expected}, p.kl(Normal.of(f64(n), f64(t))), 1e-12);
        near(new double[] {0}, p.kl(p), 0);
        // Close to each other, (s - t)^2 / s^2: where log(t / s) + (s / t)^2 / 2 - 1/2 would be noise.
        near(new double[] {1e-12}, Normal.of(f64(0), f64(1)).kl(Normal.of(f64(0), f64(1 + 1e-6))).mul(1), 1e-15);
    }

    @Test
    void extremeScalesStayFinite() {
        Tensor mean = f32(0, 0, 1e3);
        Samples.finite(() -> Normal.ofLogScale(mean, f32(-60, 60, 20)).logProbability(f32(0, 1e20, -1e9)), mean);
        Tensor logScale = f32(-40, 40);
        Samples.finite(() -> Normal.ofLogScale(f32(0, 0), logScale).logProbability(f32(1e-18, 1e10)), logScale);
    }

    @Test
    void impossibleParametersAreNamed() {
        Samples.refused(() -> Normal.of(f32(0), f32(1, 0)), "Normal", "[2] must be positive", "0.0");
        Samples.refused(() -> Normal.of(f32(0), f32(Double.NaN)), "Normal", "must be positive");
        Samples.refused(() -> Normal.ofLogScale(f32(0, 1), f32(0, 1, 2)), "Normal, mean and scale", "[2]", "[3]");
        Samples.refused(() -> Normal.ofLogScale(Tensors.arange(3), f32(0)), "Normal", "i64 [3]", "floating");
    }

    // ---- squashed ----

    @Test
    void squashedLogProbabilitiesAreThoseOfTheFormula() {
        double[] z = {-2, -0.3, 0, 1.1, 3};
        double[] u = new double[5];
        double[] expected = new double[5];
        for (int i = 0; i < 5; i++) {
            u[i] = Math.tanh(z[i]);
            expected[i] = logDensity(z[i], 0.4, 0.8) - Math.log(1 - u[i] * u[i]);
        }
        TanhNormal squashed = new TanhNormal(Normal.of(f64(0.4), f64(0.8)));
        near(expected, squashed.logProbability(f64(u)), 1e-11);
        near(expected, squashed.logProbabilityOf(f64(z)), 1e-12);
        near(expected, new TanhNormal(Normal.of(f32(0.4), f32(0.8))).logProbability(f32(u)), 1e-4);
    }

    @Test
    void drawnActionsKnowTheirLogProbability() {
        TanhNormal squashed = new TanhNormal(Normal.of(f64(0.4, -1), f64(0.8, 0.3)));
        TanhNormal.Action action = squashed.act(new Generator(2), 100);
        near(squashed.logProbability(action.value()).toDoubles(), action.logProbability(), 1e-9);
        assertArrayEquals(action.value().toDoubles(), squashed.sample(new Generator(2), 100).toDoubles());
        near(action.value().toDoubles(), action.preTanh().tanh(), 0);
    }

    @Test
    void squashedSamplesFollowTheDistribution() {
        TanhNormal squashed = new TanhNormal(Normal.of(f64(0.2), f64(0.7)));
        Tensor u = squashed.sample(new Generator(4), Samples.COUNT);
        Samples.followNormal(u.log1p().sub(u.neg().log1p()).mul(0.5).sub(0.2).div(0.7).toDoubles());
        Samples.drawsDependOnTheSeedAlone(squashed);
        assertEquals(Math.tanh(0.2), squashed.median().item(), 1e-12);
    }

    @Test
    void squashedMeansAndEntropiesAreTheIntegrals() {
        double[] mean = {0, 1, -3, 0.5};
        double[] sd = {0.1, 1, 7, 50};
        double[] entropies = new double[4];
        double[] means = new double[4];
        for (int i = 0; i < 4; i++) {
            double step = 1e-3;
            for (double t = -9; t <= 9; t += step) {
                double z = mean[i] + sd[i] * t;
                double weight = Math.exp(-t * t / 2) / Math.sqrt(2 * Math.PI) * step;
                double slope = 2 * (Math.log(2) - Math.abs(z) - Math.log1p(Math.exp(-2 * Math.abs(z))));
                entropies[i] -= weight * (logDensity(z, mean[i], sd[i]) - slope);
                means[i] += weight * Math.tanh(z);
            }
        }
        TanhNormal squashed = new TanhNormal(Normal.of(f64(mean), f64(sd)));
        for (int i = 0; i < 4; i++) {
            assertEquals(means[i], squashed.mean().get(i), i < 3 ? 1e-4 : 3e-2);
            assertEquals(entropies[i], squashed.entropy().get(i), i < 3 ? 1e-4 : 1e-2 * Math.abs(entropies[i]));
        }
    }

    @Test
    void saturatedActionsStayFinite() {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.F16, DType.BF16}) {
            Tensor u = Tensors.of(type, new double[] {-1, 1, 0});
            Tensor mean = Tensors.of(type.compute(), new double[] {0, 0, 0});
            Tensor logScale = Tensors.of(type.compute(), new double[] {0, -2, 2});
            Samples.finite(() -> new TanhNormal(Normal.ofLogScale(mean, logScale)).logProbability(u), mean, logScale);
        }
        Tensor mean = f32(1e4, -50);
        Samples.finite(() -> new TanhNormal(Normal.ofLogScale(mean, f32(0, 2))).act(new Generator(1), 10).logProbability(), mean);
    }
}
