package dev.tenfold.nn.probability;

import static dev.tenfold.nn.probability.Samples.near;
import static dev.tenfold.nn.probability.Samples.f32;
import static dev.tenfold.nn.probability.Samples.f64;
import static dev.tenfold.nn.probability.Samples.sigmoid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Categorical} and {@link Bernoulli}. */
class CategoricalTest {
    private static final double[] P = {0.1, 0.6, 0, 0.3};
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Categorical categorical() {
        return new Categorical(f64(P).log().add(3));
    }

    @Test
    void logProbabilitiesAndEntropyAreThoseOfTheProbabilities() {
        Categorical c = categorical();
        near(new double[] {Math.log(0.3), Math.log(0.1), Double.NEGATIVE_INFINITY}, c.logProbability(Tensors.of(new long[] {3, 0, 2})), 1e-12);
        near(P, c.probabilities(), 1e-12);
        assertEquals(-(0.1 * Math.log(0.1) + 0.6 * Math.log(0.6) + 0.3 * Math.log(0.3)), c.entropy().item(), 1e-12);
        assertEquals(1, c.mode().getLong());
        assertEquals(Math.log(5), new Categorical(Tensors.zeros(DType.F32, 5)).entropy().item(), 1e-6);
    }

    @Test
    void classesBroadcastWithTheBatch() {
        Categorical c = new Categorical(new Generator(1).normal(DType.F64, 3, 1, 4));
        assertEquals(Shape.of(3, 1), c.batch());
        Tensor classes = new Generator(2).integers(DType.I32, 0, 4, 5);
        Tensor logs = c.logProbability(classes);
        assertEquals(Shape.of(3, 5), logs.shape());
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 5; j++) assertEquals(c.logProbabilities().get(i, 0, classes.getLong(j)), logs.get(i, j));
        }
        assertEquals(Shape.of(7, 2, 3, 1), c.sample(new Generator(1), 7, 2).shape());
        Samples.drawsDependOnTheSeedAlone(c);
    }

    @Test
    void drawsComeAsOftenAsTheirProbabilities() {
        int[] counts = new int[4];
        for (long k : categorical().sample(new Generator(3), Samples.COUNT).toLongs()) counts[(int) k]++;
        for (int k = 0; k < 4; k++) Samples.share(P[k], counts[k]);
    }

    @Test
    void divergencesAreThoseOfTheFormula() {
        double[] q = {0.25, 0.25, 0.25, 0.25};
        double expected = 0;
        for (int k = 0; k < 4; k++) if (P[k] > 0) expected += P[k] * Math.log(P[k] / q[k]);
        assertEquals(expected, categorical().kl(new Categorical(f64(q).log())).item(), 1e-12);
        assertEquals(0, categorical().kl(categorical()).item(), 1e-15);
        assertEquals(Double.POSITIVE_INFINITY, new Categorical(f64(q).log()).kl(categorical()).item());
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        Tensor logits = f64(0.3, -1, 0.5);
        Tensor others = f64(-0.3, 0.1, 1.5);
        GradientCheck.check(in -> new Categorical(in.get(0)).entropy(), List.of(logits), 2, 1e-6);
        GradientCheck.check(in -> new Categorical(in.get(0)).kl(new Categorical(in.get(1))), List.of(logits, others), 2, 1e-6);
        GradientCheck.check(in -> new Categorical(in.get(0)).logProbability(Tensors.of(new long[] {2, 0})), List.of(logits), 2, 1e-6);
        GradientCheck.check(in -> new Categorical(in.get(0)).relaxedSample(new Generator(1), 0.7, false, 2), List.of(logits), 2, 1e-6);
    }

    @Test
    void excludedClassesLeaveGradientsFinite() {
        Tensor logits = f32(1, Double.NEGATIVE_INFINITY, 2);
        logits.requiresGrad(true);
        Categorical c = new Categorical(logits);
        Tensor sum = c.entropy().add(c.kl(new Categorical(f32(0, Double.NEGATIVE_INFINITY, 0)))).add(c.logProbability(Tensors.of(new long[] {2})));
        double[] g = Autograd.grad(sum.sum(), List.of(logits)).getFirst().toDoubles();
        assertTrue(Arrays.stream(g).allMatch(Double::isFinite), Arrays.toString(g));
        assertEquals(0, g[1]);
    }

    @Test
    void relaxedDrawsAreDistributionsThatSharpen() {
        Categorical c = categorical();
        Tensor warm = c.relaxedSample(new Generator(4), 2, false, 1000);
        Tensor cold = c.relaxedSample(new Generator(4), 0.01, false, 1000);
        for (double sum : warm.sum(-1).toDoubles()) assertEquals(1, sum, 1e-12);
        assertTrue(cold.max(-1).mean().item() > 0.98);
        assertTrue(warm.max(-1).mean().item() < 0.9);
        assertArrayEquals(warm.argMax(-1).toLongs(), c.sample(new Generator(4), 1000).toLongs());
    }

    @Test
    void straightThroughDrawsAreExactWithTheRelaxedGradient() {
        Tensor logits = f32(0.3, -1, 0.5).requiresGrad(true);
        Categorical c = new Categorical(logits);
        Tensor weights = f32(1, 2, 5);
        Tensor hard = c.relaxedSample(new Generator(6), 0.5, true, 50);
        assertTrue(Arrays.stream(hard.toDoubles()).allMatch(v -> v == 0 || v == 1));
        for (double sum : hard.sum(-1).toDoubles()) assertEquals(1, sum);
        double[] through = Autograd.grad(hard.mul(weights).sum(), List.of(logits), Autograd.Options.RETAIN_GRAPH).getFirst().toDoubles();
        double[] soft = Autograd.grad(c.relaxedSample(new Generator(6), 0.5, false, 50).mul(weights).sum(), List.of(logits)).getFirst().toDoubles();
        assertArrayEquals(soft, through);
    }

    @Test
    void bernoulliIsItsFormula() {
        double[] logits = {-3, 0, 0.5, 40};
        Bernoulli b = new Bernoulli(f64(logits));
        double[] ones = new double[4];
        double[] entropy = new double[4];
        for (int i = 0; i < 4; i++) {
            double p = sigmoid(logits[i]);
            ones[i] = Math.log(p);
            entropy[i] = i == 3 ? 41 * Math.exp(-40) : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
        }
        near(ones, b.logProbability(Tensors.ones(DType.BOOL, 4)), 1e-12);
        near(new double[] {-Math.log1p(Math.exp(-3)), -Math.log(2), -Math.log1p(Math.exp(0.5)), -40}, b.logProbability(f64(0)), 1e-12);
        near(entropy, b.entropy(), 1e-12);
        near(new double[] {0, 0, 1, 1}, b.mode(), 0);
        for (double x : b.sample(new Generator(2), Samples.COUNT).mean(0).toDoubles()) assertTrue(x >= 0 && x <= 1);
        Samples.share(sigmoid(0.5), (long) b.sample(new Generator(2), Samples.COUNT).select(1, 2).sum().item());
        Samples.drawsDependOnTheSeedAlone(b);
        double p = sigmoid(0.5);
        double q = sigmoid(-3);
        assertEquals(p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q)), new Bernoulli(f64(0.5)).kl(new Bernoulli(f64(-3))).item(), 1e-12);
        GradientCheck.check(in -> new Bernoulli(in.get(0)).kl(new Bernoulli(in.get(1))).add(new Bernoulli(in.get(0)).entropy()), List.of(f64(0.5, 2), f64(-3, 0)), 2, 1e-6);
        Tensor far = f32(-1e4, 1e4);
        Samples.finite(() -> new Bernoulli(far).logProbability(f32(0, 1)).add(new Bernoulli(far).entropy()), far);
    }

    @Test
    void impossibleArgumentsAreNamed() {
        Samples.refused(() -> new Categorical(Tensors.zeros(DType.F32, 3, 0)), "Categorical", "[3, 0]", "at least one class");
        Samples.refused(() -> new Categorical(Tensors.arange(3)), "Categorical", "i64 [3]");
        Samples.refused(() -> categorical().logProbability(f32(1)), "Categorical", "f32 [1]", "i64");
        Samples.refused(() -> categorical().relaxedSample(new Generator(1), 0, false), "temperature 0.0");
        Samples.refused(() -> categorical().kl(new Categorical(f64(1, 2))), "4 classes against 2");
        Samples.refused(() -> new Bernoulli(Tensors.arange(3)), "Bernoulli", "i64 [3]");
    }
}
