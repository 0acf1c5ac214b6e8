package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/**
 * Draws from gamma distributions, each from counters of its own: {@link #BLOCKS} for every element, whatever it needs of them, so that
 * element i depends on (seed, subsequence, counter, i) alone.
 */
public final class PhiloxGamma {
    /** Counters per element: the first for the power of small shapes, each other one for a trial. */
    public static final int BLOCKS = 16;
    private static final int CHUNK = 1024;

    private PhiloxGamma() {
    }

    /**
     * Logarithms of draws from Gamma(shape_i, 1), f64 to f64: a draw below the smallest double keeps its logarithm, which is what Beta needs.
     *
     * <p>Marsaglia and Tsang 2000: {@code d v} with {@code d = a - 1/3}, {@code v = (1 + z / (3 sqrt d))^3}, accepted with a chance above
     * 0.95; for a below 1, Gamma(a + 1) times {@code U^(1/a)}. The last trial counts even when it is refused: once in 10^19 draws.
     */
    public static void logGamma(long seed, long subsequence, long counter, long n, long shapes, long out) {
        WorkerPool.forRange(n, CHUNK, (from, to) -> {
            int[] words = new int[4];
            for (long i = from; i < to; i++) {
                long own = counter + i * BLOCKS;
                double shape = Memory.getDouble(shapes + 8 * i);
                double power = 0;
                if (shape < 1) {
                    PhiloxFill.words(seed, subsequence, own, words);
                    power = StrictMath.log(PhiloxFill.open64(words, 0)) / shape;
                }
                Memory.putDouble(out + 8 * i, power + logOfAtLeastOne(shape < 1 ? shape + 1 : shape, seed, subsequence, own, words));
            }
        });
    }

    private static double logOfAtLeastOne(double shape, long seed, long subsequence, long own, int[] words) {
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        double v = 1;
        for (int trial = 1; trial < BLOCKS; trial++) {
            PhiloxFill.words(seed, subsequence, own + trial, words);
            double radius = Math.sqrt(-2 * StrictMath.log(PhiloxFill.open32(words[0])));
            double z = radius * StrictMath.cos(2 * Math.PI * PhiloxFill.open32(words[1]));
            double root = 1 + c * z;
            if (root <= 0) continue;
            v = root * root * root;
            if (StrictMath.log(PhiloxFill.open64(words, 1)) < 0.5 * z * z + d * (1 - v + StrictMath.log(v))) break;
        }
        return StrictMath.log(d) + StrictMath.log(v);
    }
}
