package dev.tenfold.nn.probability;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import org.junit.jupiter.api.function.Executable;

/** What the tests of distributions compare. */
final class Samples {
    static final int COUNT = 10_000;

    private Samples() {
    }

    static Tensor f64(double... values) {
        return Tensors.of(values);
    }

    static Tensor f32(double... values) {
        return Tensors.of(DType.F32, values);
    }

    static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Kolmogorov and Smirnov: the distance from the distribution function stays below what one in a thousand true samples exceeds. */
    static void follow(double[] sample, DoubleUnaryOperator distribution) {
        double[] f = Arrays.stream(sample).map(distribution).sorted().toArray();
        double distance = 0;
        for (int i = 0; i < f.length; i++) distance = Math.max(distance, Math.max(f[i] - (double) i / f.length, (i + 1.0) / f.length - f[i]));
        assertTrue(distance < 1.95 / Math.sqrt(f.length), "distance " + distance);
    }

    /** Samples of the standard normal. */
    static void followNormal(double[] sample) {
        follow(Tensors.of(sample).div(Math.sqrt(2)).erf().add(1).mul(0.5).toDoubles(), u -> u);
    }

    /** {@code count} of {@link #COUNT} is a share p, up to four standard deviations. */
    static void share(double p, long count) {
        assertEquals(p, count / (double) COUNT, 4 * Math.sqrt(p * (1 - p) / COUNT) + 1e-12);
    }

    /** The mean of minus the log-probability over samples is the entropy, to five standard errors. */
    static void entropyIsTheMeanSurprise(Distribution distribution, double slack) {
        Tensor x = distribution.sample(new Generator(99), COUNT);
        Tensor surprise = distribution.logProbability(x).neg();
        Tensor mean = surprise.mean(0);
        Tensor error = surprise.std(1, 0).div(Math.sqrt(COUNT));
        Tensor entropy = distribution.entropy();
        assertEquals(distribution.batch(), entropy.shape());
        double[] expected = mean.toDoubles();
        double[] bound = error.toDoubles();
        double[] actual = entropy.toDoubles();
        for (int i = 0; i < actual.length; i++) assertEquals(expected[i], actual[i], 5 * bound[i] + slack);
    }

    /** Equal seeds give equal draws on any number of threads; counts and shapes are what they should be. */
    static void drawsDependOnTheSeedAlone(Distribution distribution) {
        int threads = WorkerPool.threads();
        try {
            double[][] draws = new double[3][];
            for (int n = 1; n <= 3; n++) {
                WorkerPool.setThreads(n);
                draws[n - 1] = distribution.sample(new Generator(5), 3000).toDoubles();
            }
            assertArrayEquals(draws[0], draws[1]);
            assertArrayEquals(draws[0], draws[2]);
        } finally {
            WorkerPool.setThreads(threads);
        }
        assertEquals(distribution.batch(), distribution.sample(new Generator(5)).shape());
        long[] sizes = new long[2 + distribution.batch().rank()];
        sizes[0] = 4;
        sizes[1] = 0;
        System.arraycopy(distribution.batch().sizes(), 0, sizes, 2, distribution.batch().rank());
        assertEquals(Shape.of(sizes), distribution.sample(new Generator(5), 4, 0).shape());
    }

    /** The value and its gradients with respect to the leaves hold no NaN or infinity. */
    static void finite(Supplier<Tensor> f, Tensor... leaves) {
        try (Scope scope = Scope.open()) {
            for (Tensor leaf : leaves) leaf.requiresGrad(true);
            Tensor y = f.get();
            assertTrue(y.isFinite().all().item() != 0, () -> "value " + y);
            for (Tensor g : Autograd.grad(y.sum(), List.of(leaves), Autograd.Options.DEFAULT.allowingUnused())) {
                assertTrue(g.isFinite().all().item() != 0, () -> "gradient " + g);
            }
        }
    }

    static void near(double[] expected, Tensor actual, double tolerance) {
        double[] values = actual.toDoubles();
        assertEquals(expected.length, values.length);
        for (int i = 0; i < values.length; i++) assertEquals(expected[i], values[i], tolerance * Math.max(1, Math.abs(expected[i])), "element " + i);
    }

    static void refused(Executable call, String... words) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }
}
