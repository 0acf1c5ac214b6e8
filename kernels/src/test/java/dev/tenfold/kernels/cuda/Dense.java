package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;

/** Dense matrices for tests of linear algebra. */
final class Dense {
    private Dense() {
    }

    /** Numbers from -1 to 1. */
    static double[] random(int count, long seed) {
        Random random = new Random(seed);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) values[i] = 2 * random.nextDouble() - 1;
        return values;
    }

    /** Symmetric matrices [matrices, n, n] with numbers from -1 to 1, and n more on the diagonal. */
    static double[] positiveDefinite(int matrices, int n, long seed) {
        double[] values = symmetric(matrices, n, seed);
        for (int i = 0; i < matrices * n; i++) values[i * n + i % n] += n + 1;
        return values;
    }

    /** Symmetric matrices [matrices, n, n] with numbers from -1 to 1. */
    static double[] symmetric(int matrices, int n, long seed) {
        double[] values = random(matrices * n * n, seed);
        for (int r = 0; r < matrices * n; r++) {
            for (int j = 0; j < r % n; j++) values[r * n + j] = values[(r / n * n + j) * n + r % n];
        }
        return values;
    }

    /** Matrices [matrices, n, n] with numbers from -1 to 1, and n more on the diagonal. */
    static double[] dominant(int matrices, int n, long seed) {
        double[] values = random(matrices * n * n, seed);
        for (int i = 0; i < matrices * n; i++) values[i * n + i % n] += n + 1;
        return values;
    }

    /** The matrices with their columns in another order, the first last. */
    static double[] shuffled(double[] matrices, int n) {
        double[] values = new double[matrices.length];
        for (int i = 0; i < values.length; i++) values[i - i % n + (i % n * 7 + n - 1) % n] = matrices[i];
        return n % 7 == 0 ? matrices : values;
    }

    /** The twin's numbers times {@code factor}. */
    static double[] scaled(OnDevice.Twin twin, double factor) {
        double[] values = new double[twin.n()];
        for (int i = 0; i < values.length; i++) values[i] = twin.get(i) * factor;
        return values;
    }

    /** The device's elements are the host's, to {@code tolerance} relative to 1 or more. */
    static void assertNear(OnDevice.Twin expected, OnDevice.Twin got, double tolerance, String what) {
        for (int i = 0; i < expected.n(); i++) {
            double wanted = expected.get(i);
            assertEquals(wanted, got.get(i), tolerance * Math.max(1, Math.abs(wanted)), what + " at " + i);
        }
    }
}
