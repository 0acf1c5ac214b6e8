package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Draws of {@link Generator} that are neither uniform nor normal, against their distribution functions (Kolmogorov and Smirnov). */
class VariatesTest {
    private static final int N = 20_000;
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** The largest distance of the empirical distribution is below 1.95 / sqrt(n), which one in a thousand true samples exceeds. */
    private static void follows(double[] sample, DoubleUnaryOperator distribution) {
        double[] f = Arrays.stream(sample).map(distribution).sorted().toArray();
        double distance = 0;
        for (int i = 0; i < f.length; i++) distance = Math.max(distance, Math.max(f[i] - (double) i / f.length, (i + 1.0) / f.length - f[i]));
        assertTrue(distance < 1.95 / Math.sqrt(f.length), "distance " + distance);
    }

    private static Tensor filled(double value, long... shape) {
        return Tensors.full(DType.F64, Shape.of(shape), value);
    }

    @Test
    void gumbelAndLogisticDrawsFollowTheirDistributions() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            follows(new Generator(1).gumbel(type, N).toDoubles(), x -> Math.exp(-Math.exp(-x)));
            follows(new Generator(2).logistic(type, N).toDoubles(), x -> 1 / (1 + Math.exp(-x)));
        }
        assertEquals(DType.BF16, new Generator(1).gumbel(DType.BF16, 3).dtype());
        assertEquals(10, consumed(g -> g.logistic(DType.F32, 40)));
        assertEquals(20, consumed(g -> g.logistic(DType.F64, 40)));
    }

    private static long consumed(java.util.function.Consumer<Generator> draws) {
        Generator g = new Generator(1);
        draws.accept(g);
        return g.position();
    }

    @Test
    void gammaDrawsFollowTheirDistributions() {
        follows(new Generator(3).gamma(filled(1, N)).toDoubles(), x -> 1 - Math.exp(-x));
        follows(new Generator(4).gamma(filled(3, N)).toDoubles(), x -> 1 - Math.exp(-x) * (1 + x + x * x / 2));
        follows(new Generator(5).gamma(filled(0.5, N)).sqrt().erf().toDoubles(), u -> u);
        double[] large = new Generator(6).gamma(filled(1e6, N)).toDoubles();
        assertEquals(1e6, Arrays.stream(large).average().orElseThrow(), 4 * 1e3 / Math.sqrt(N));
    }

    @Test
    void gammaDrawsOfSmallShapesHaveTheMeanOfTheirLogarithm() {
        double a = 0.05;
        double[] logs = Arrays.stream(new Generator(7).gamma(filled(a, N)).toDoubles()).map(Math::log).toArray();
        double digamma = filled(a).digamma().item();
        assertEquals(digamma, Arrays.stream(logs).average().orElseThrow(), 4 / a / Math.sqrt(N));
    }

    @Test
    void gammaTakesAShapePerElementAndTheTypeOfTheShapes() {
        Tensor shapes = Tensors.of(DType.F32, new double[] {0.1, 1, 10, 100}, 4, 1).expand(4, 5000);
        Tensor draws = new Generator(8).gamma(shapes);
        assertEquals(DType.F32, draws.dtype());
        assertEquals(Shape.of(4, 5000), draws.shape());
        for (int i = 0; i < 4; i++) {
            double a = shapes.get(i, 0);
            assertEquals(a, draws.select(0, i).mean().item(), 4 * Math.sqrt(a / 5000));
        }
    }

    @Test
    void betaDrawsFollowTheirDistributions() {
        Tensor one = filled(1, N);
        follows(new Generator(9).beta(one, one).toDoubles(), x -> x);
        follows(new Generator(10).beta(filled(2), filled(3, N)).toDoubles(), x -> 6 * x * x - 8 * x * x * x + 3 * x * x * x * x);
        follows(new Generator(11).beta(filled(0.5, N), filled(0.5)).toDoubles(), x -> 2 / Math.PI * Math.asin(Math.sqrt(x)));
        Generator g = new Generator(12);
        double sum = 0;
        for (int i = 0; i < 2000; i++) sum += g.beta(0.2, 0.2);
        assertEquals(0.5, sum / 2000, 4 * Math.sqrt(0.25 / 1.4 / 2000));
    }

    @Test
    void betaOfTinyParametersIsZeroOrOneAndNeverNaN() {
        for (double a : new double[] {1e-3, 1e-8, 1e-300}) {
            double[] draws = new Generator(13).beta(filled(a, 2000), filled(a, 2000)).toDoubles();
            assertTrue(Arrays.stream(draws).allMatch(x -> x >= 0 && x <= 1));
            assertEquals(0.5, Arrays.stream(draws).average().orElseThrow(), 0.05);
            assertTrue(Arrays.stream(draws).filter(x -> x > 0.01 && x < 0.99).count() < 40);
        }
    }

    @Test
    void categoricalDrawsComeAsOftenAsTheirProbabilities() {
        double[] p = {0.5, 0.2, 0, 0.3};
        Tensor logits = Tensors.of(p).log().add(7).to(DType.F32).expand(N, 4);
        int[] counts = new int[4];
        for (long k : new Generator(14).categorical(logits).toLongs()) counts[(int) k]++;
        for (int k = 0; k < 4; k++) assertEquals(p[k], counts[k] / (double) N, 4 * Math.sqrt(p[k] * (1 - p[k]) / N));
        assertEquals(Shape.of(2, 3), new Generator(1).categorical(Tensors.zeros(DType.F64, 2, 3, 5)).shape());
    }

    @Test
    void theNumberOfThreadsDoesNotChangeTheDraws() {
        int before = WorkerPool.threads();
        try {
            WorkerPool.setThreads(1);
            double[] one = draws(new Generator(15));
            WorkerPool.setThreads(3);
            assertArrayEquals(one, draws(new Generator(15)));
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    private static double[] draws(Generator g) {
        Tensor half = filled(0.5, 5001);
        return Tensors.concat(0, java.util.List.of(g.gamma(half), g.gumbel(DType.F64, 9001), g.beta(half, half), g.uniform(DType.F64, 7))).toDoubles();
    }

    @Test
    void impossibleRequestsAreNamed() {
        Generator g = new Generator(0);
        Expect.fails(IllegalArgumentException.class, () -> g.gumbel(DType.I64, 3), "gumbel", "i64");
        Expect.fails(IllegalArgumentException.class, () -> g.gamma(Tensors.of(new int[] {1})), "gamma", "i32");
        Expect.fails(IllegalArgumentException.class, () -> g.gamma(Tensors.of(new double[] {1, 0})), "gamma", "[2]", "the smallest is 0.0");
        Expect.fails(IllegalArgumentException.class, () -> g.beta(1, Double.NaN), "beta", "finite");
        Expect.fails(IllegalArgumentException.class, () -> g.beta(filled(1, 2), filled(1, 3)), "beta", "[2]", "[3]");
        Expect.fails(IllegalArgumentException.class, () -> g.categorical(Tensors.zeros(DType.F32, 2, 0)), "categorical", "[2, 0]");
    }
}
