package dev.tenfold.nn.probability;

import static dev.tenfold.nn.probability.Samples.near;
import static dev.tenfold.nn.probability.Samples.f32;
import static dev.tenfold.nn.probability.Samples.f64;
import static dev.tenfold.nn.probability.Samples.sigmoid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** {@link Logistic}, {@link DiscretisedLogistic} and {@link LogisticMixture}. */
class LogisticTest {
    private static final Bins PIXELS = Bins.of(0, 255, 256);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor endless(double value, double mean, double logScale) {
        return new DiscretisedLogistic(f64(mean), f64(logScale), Bins.integers()).logProbability(f64(value));
    }

    @Test
    void theDensityIsTheSlopeOfTheDistribution() {
        double[] x = {-4, 0, 0.7, 9};
        Logistic logistic = new Logistic(f64(0.5), f64(0.3));
        double s = Math.exp(0.3);
        double[] expected = new double[4];
        double[] cdf = new double[4];
        for (int i = 0; i < 4; i++) {
            double f = sigmoid((x[i] - 0.5) / s);
            expected[i] = Math.log(f * (1 - f) / s);
            cdf[i] = Math.log(f);
        }
        near(expected, logistic.logProbability(f64(x)), 1e-11);
        near(cdf, logistic.logCdf(f64(x)), 1e-12);
        Samples.follow(logistic.sample(new Generator(1), Samples.COUNT).toDoubles(), v -> sigmoid((v - 0.5) / s));
        Samples.entropyIsTheMeanSurprise(new Logistic(f32(1, -2), f32(-3, 4)), 1e-4);
        Samples.drawsDependOnTheSeedAlone(logistic);
        GradientCheck.check(in -> new Logistic(in.get(0), in.get(1)).logProbability(in.get(2)), List.of(f64(0.3, 1), f64(0.2, -0.4), f64(-1, 2)), 2, 1e-6);
        GradientCheck.check(in -> new Logistic(in.get(0), in.get(1)).reparametrisedSample(new Generator(1), 3), List.of(f64(0.3, 1), f64(0.2, -0.4)), 2, 1e-6);
        Tensor logScale = f32(-60, 60);
        Samples.finite(() -> new Logistic(f32(0, 0), logScale).logProbability(f32(1e-3, 1e30)), logScale);
    }

    @Test
    void massesAndTheirGradientsAreThoseOfAnExactComputation() {
        // value, mean, log-scale; -log2 p, d log p / d mean, d log p / d log-scale, from 50-digit arithmetic
        double[][] table = {
                {0, 0, 0, 2.029625385781, 0, -0.9595173757},
                {3, 0.3, 0.5, 3.592681930015, 0.4039572570, 0.0853515565},
                {-7, 1.25, -1, 30.491287846671, -2.7182818264, 20.8746372797},
                {40, 0, 1, 22.664083892271, 0.3678791369, 13.7039129184},
                {0, 0.5, -4, 1, -27.2990750166, 0},
                {200, 0, 0, 288.479389014977, 1, 198.9180232931}};
        for (double[] row : table) {
            Tensor mean = f64(row[1]).requiresGrad(true);
            Tensor logScale = f64(row[2]).requiresGrad(true);
            Tensor logs = new DiscretisedLogistic(mean, logScale, Bins.integers()).logProbability(f64(row[0]));
            assertEquals(row[3], -logs.item() / Math.log(2), 1e-11 * row[3]);
            List<Tensor> g = Autograd.grad(logs.sum(), List.of(mean, logScale));
            assertEquals(row[4], g.get(0).item(), 1e-9);
            assertEquals(row[5], g.get(1).item(), 1e-9);
            double single = new DiscretisedLogistic(f32(row[1]), f32(row[2]), Bins.integers()).logProbability(f32(row[0])).item();
            assertEquals(row[3], -single / Math.log(2), 2e-6 * row[3]);
        }
    }

    @Test
    void entropiesAreThoseOfAnExactComputation() {
        double[] scales = {0.5, 1, 2, 5, 10};
        double[] bits = {1.959784306, 2.905132381, 3.890380743, 5.208119193, 6.207518521};
        Tensor entropy = new DiscretisedLogistic(Tensors.zeros(DType.F64, 5), f64(scales).log(), Bins.integers()).entropy().div(Math.log(2));
        for (int i = 0; i < 5; i++) assertEquals(bits[i], entropy.get(i), 1e-9);
        Tensor shifted = new DiscretisedLogistic(Tensors.full(DType.F64, Shape.of(5), -1234), f64(scales).log(), Bins.integers()).entropy().div(Math.log(2));
        for (int i = 0; i < 5; i++) assertEquals(bits[i], shifted.get(i), 1e-9);
    }

    @Test
    void theTwoWaysToAnEntropyMeet() {
        double limit = Math.log(16);
        Tensor both = new DiscretisedLogistic(f64(0.3, 0.3), f64(limit - 1e-9, limit + 1e-9), Bins.integers()).entropy();
        assertEquals(both.get(0), both.get(1), 1e-8);
        // Only the ratio of scale and width matters.
        double fine = new DiscretisedLogistic(f64(0), f64(Math.log(2)), new Bins(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 0.25)).entropy().item();
        double coarse = new DiscretisedLogistic(f64(0), f64(Math.log(8)), Bins.integers()).entropy().item();
        assertEquals(coarse, fine, 1e-9);
        Samples.entropyIsTheMeanSurprise(new DiscretisedLogistic(f32(0.3, -7), f32(-1, 6), Bins.integers()), 1e-4);
    }

    @Test
    void massesOfBoundedBinsSumToOne() {
        for (double mean : new double[] {-500, -3, 0, 127.3, 255, 1000}) {
            for (double logScale : new double[] {-7, -1, 0, 2, 6, 30}) {
                Tensor logs = new DiscretisedLogistic(f64(mean), f64(logScale), PIXELS).logProbability(Tensors.arange(256));
                assertEquals(1, logs.exp().sum().item(), 1e-12, mean + " " + logScale);
                Tensor single = new DiscretisedLogistic(f32(mean), f32(logScale), PIXELS).logProbability(Tensors.arange(256));
                assertTrue(single.isFinite().all().item() != 0);
                assertEquals(1, single.exp().sum().item(), 2e-5, mean + " " + logScale);
            }
        }
    }

    @Test
    void theFirstAndLastBinTakeTheTails() {
        DiscretisedLogistic d = new DiscretisedLogistic(f64(3), f64(0.5), Bins.of(0, 10, 11));
        double s = Math.exp(0.5);
        near(new double[] {Math.log(sigmoid((0.5 - 3) / s)), Math.log(1 - sigmoid((9.5 - 3) / s)), Math.log(sigmoid(0.5 / s) - sigmoid(-0.5 / s))},
                d.logProbability(f64(0, 10, 3)), 1e-12);
        int[] counts = new int[11];
        for (double v : d.sample(new Generator(2), Samples.COUNT).toDoubles()) counts[(int) v]++;
        for (int v = 0; v <= 10; v++) Samples.share(Math.exp(d.logProbability(f64(v)).item()), counts[v]);
        // The first bin holds 0.18, that of the mean 0.15.
        assertEquals(0, d.mode().item());
        assertEquals(3, new DiscretisedLogistic(f64(3.2), f64(-1), Bins.of(0, 10, 11)).mode().item());
        assertEquals(10, new DiscretisedLogistic(f64(7), f64(3), Bins.of(0, 10, 11)).mode().item());
        Samples.entropyIsTheMeanSurprise(new DiscretisedLogistic(f32(3, 100), f32(1, 3), PIXELS), 1e-4);
        Samples.drawsDependOnTheSeedAlone(d);
    }

    @Test
    void binsOfAnyWidthAreMet() {
        Bins bins = Bins.of(-1, 1, 9);
        DiscretisedLogistic d = new DiscretisedLogistic(f64(0.1), f64(-1), bins);
        assertEquals(1, d.logProbability(Tensors.linspace(DType.F64, -1, 1, 9)).exp().sum().item(), 1e-12);
        for (double v : d.sample(new Generator(1), 200).toDoubles()) assertEquals(Math.rint(v * 4), v * 4, 0);
        assertEquals(0, new DiscretisedLogistic(f64(0.1), f64(-1), bins).mode().item());
        for (double v : new DiscretisedLogistic(f64(0.3), f64(1), Bins.integers()).sample(new Generator(1), 200).toDoubles()) assertEquals(Math.rint(v), v);
    }

    @Test
    void tailsAndExtremeScalesStayFinite() {
        Tensor mean = f32(0, 0, 0, 0, 100, 0);
        Tensor logScale = f32(-60, 60, 0, 5, -7, -7);
        Tensor value = f32(0, 1e6, 1e6, -3000, 101, 1);
        Samples.finite(() -> new DiscretisedLogistic(mean, logScale, Bins.integers()).logProbability(value), mean, logScale);
        Samples.finite(() -> new DiscretisedLogistic(mean, logScale, PIXELS).logProbability(f32(0, 255, 128, 3, 0, 255)), mean, logScale);
        Samples.finite(() -> new DiscretisedLogistic(mean, logScale, Bins.integers()).entropy(), mean, logScale);
        Samples.finite(() -> new DiscretisedLogistic(mean, logScale, PIXELS).entropy(), mean, logScale);
        // A large scale spreads the mass evenly: p = w / (4 s).
        assertEquals(-Math.log(4) - 60, endless(5, 0, 60).item(), 1e-12);
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        Tensor mean = f64(0.3, 4, -2);
        Tensor logScale = f64(0.2, -0.4, 1);
        Tensor value = f64(0, 10, 3);
        GradientCheck.check(in -> new DiscretisedLogistic(in.get(0), in.get(1), Bins.integers()).logProbability(value), List.of(mean, logScale), 2, 1e-6);
        GradientCheck.check(in -> new DiscretisedLogistic(in.get(0), in.get(1), Bins.of(0, 10, 11)).logProbability(value), List.of(mean, logScale), 2, 1e-6);
        GradientCheck.check(in -> new DiscretisedLogistic(in.get(0), in.get(1), Bins.of(0, 10, 11)).entropy(), List.of(mean, logScale));
        GradientCheck.check(in -> new DiscretisedLogistic(in.get(0), in.get(1), Bins.integers()).entropy(), List.of(f64(0.3, 2.2), f64(0.2, 4)));
        Tensor logits = f64(0.5, -0.2, 0.1, 1, 0, -1).reshape(2, 3);
        GradientCheck.check(in -> LogisticMixture.discretised(in.get(0), in.get(1), in.get(2), Bins.of(0, 10, 11)).logProbability(f64(0, 7)), List.of(logits, mean, logScale), 2, 1e-6);
        GradientCheck.check(in -> LogisticMixture.continuous(in.get(0), in.get(1), in.get(2)).logProbability(in.get(3)), List.of(logits, mean, logScale, f64(0.4, -1)), 2, 1e-6);
        GradientCheck.check(in -> LogisticMixture.discretised(in.get(0), in.get(1), in.get(2), Bins.of(0, 10, 11)).entropy(), List.of(logits, mean, logScale));
        GradientCheck.check(in -> LogisticMixture.continuous(in.get(0), in.get(1), in.get(2)).entropy(), List.of(logits, mean, logScale));
    }

    @Test
    void mixturesAreSumsOfTheirComponents() {
        Tensor logits = f64(0.1, 0.7, -0.4);
        Tensor means = f64(-3.25, 0.5, 12);
        Tensor logScales = f64(0.25, -0.5, 1.5);
        double[] weights = logits.softmax(0).toDoubles();
        near(new double[] {0.291660028719, 0.531439221651, 0.176900749631}, logits.softmax(0), 1e-11);
        LogisticMixture rounded = LogisticMixture.discretised(logits, means, logScales, Bins.integers());
        LogisticMixture smooth = LogisticMixture.continuous(logits, means, logScales);
        for (double v : new double[] {-10, -4, 0, 2, 40}) {
            double mass = 0;
            double density = 0;
            for (int k = 0; k < 3; k++) {
                mass += weights[k] * Math.exp(endless(v, means.get(k), logScales.get(k)).item());
                double f = sigmoid((v - means.get(k)) / Math.exp(logScales.get(k)));
                density += weights[k] * f * (1 - f) / Math.exp(logScales.get(k));
            }
            assertEquals(Math.log(mass), rounded.logProbability(f64(v)).item(), 1e-11);
            assertEquals(Math.log(density), smooth.logProbability(f64(v)).item(), 1e-9);
        }
        Tensor window = Tensors.arange(DType.F64, -1024, 1024, 1);
        Tensor logs = rounded.logProbability(window);
        assertEquals(1, logs.exp().sum().item(), 1e-12);
        assertEquals(3.998271949, -logs.exp().mul(logs).sum().item() / Math.log(2), 1e-9);
        assertEquals(3.998271949, LogisticMixture.discretised(logits, means, logScales, Bins.of(-1024, 1023, 2048)).entropy().item() / Math.log(2), 1e-9);
        assertEquals(weights[0] * -3.25 + weights[1] * 0.5 + weights[2] * 12, rounded.mean().item(), 1e-12);
        assertThrows(UnsupportedOperationException.class, rounded::entropy);
    }

    @Test
    void mixtureSamplesFollowTheDistribution() {
        double[] weights = {0.25, 0.75};
        Tensor logits = f64(weights).log();
        LogisticMixture smooth = LogisticMixture.continuous(logits, f64(-2, 3), f64(0, 0.5));
        Samples.follow(smooth.sample(new Generator(8), Samples.COUNT).toDoubles(), x -> 0.25 * sigmoid(x + 2) + 0.75 * sigmoid((x - 3) / Math.exp(0.5)));
        Samples.entropyIsTheMeanSurprise(smooth, 1e-3);
        Samples.drawsDependOnTheSeedAlone(smooth);
        LogisticMixture batched = LogisticMixture.discretised(Tensors.zeros(DType.F32, 4, 1, 2), f32(40, 200), Tensors.zeros(DType.F32, 3, 1), PIXELS);
        assertEquals(Shape.of(4, 3), batched.batch());
        assertEquals(Shape.of(5, 4, 3), batched.sample(new Generator(1), 5).shape());
        assertEquals(Shape.of(4, 3), batched.logProbability(Tensors.zeros(DType.U8, 4, 3)).shape());
        Samples.entropyIsTheMeanSurprise(batched, 1e-3);
    }

    @Test
    void impossibleArgumentsAreNamed() {
        Samples.refused(() -> new DiscretisedLogistic(f32(0), f32(0), PIXELS).logProbability(f32(3, 256)), "DiscretisedLogistic", "256.0", "0.0 to 255.0");
        Samples.refused(() -> new DiscretisedLogistic(Tensors.arange(3), f32(0), PIXELS), "DiscretisedLogistic", "i64 [3]");
        Samples.refused(() -> LogisticMixture.continuous(f32(0, 0), f32(0, 0, 0), f32(0)), "LogisticMixture", "[2]", "[3]");
        Samples.refused(() -> LogisticMixture.continuous(f32(0, 0), Tensors.zeros(DType.F32, 3, 2), f32(0)).logProbability(f32(0, 0)), "LogisticMixture.logProbability", "[2]", "[3]");
        Samples.refused(() -> Bins.of(0, 1, 1), "1 values");
        Samples.refused(() -> new Bins(0, 1, 0.3), "steps of 0.3");
        Samples.refused(() -> new Bins(0, Double.POSITIVE_INFINITY, 1), "no ends");
    }
}
