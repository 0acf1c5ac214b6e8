package dev.tenfold.jmh;

import java.util.SplittableRandom;

/** Random inputs, the same on both sides: the time of a kernel may depend on its values (zeros, subnormals). */
public final class Inputs {
    // Several times the last cache of the machines that we measure on (32 MiB).
    private static final long PAST_THE_CACHE = 256L << 20;
    private static final long LARGE = 16L << 20;

    private Inputs() {
    }

    /** {@code n} floats uniform in [-1, 1). */
    public static float[] uniform(long n, long seed) {
        return uniform(n, seed, 1);
    }

    /** {@code n} floats uniform in [-bound, bound). */
    public static float[] uniform(long n, long seed, float bound) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(n)];
        for (int i = 0; i < values.length; i++) values[i] = ((random.nextInt() >> 8) * 0x1p-23f) * bound;
        return values;
    }

    /** {@code n} class labels in [0, classes). */
    public static long[] labels(int n, int classes, long seed) {
        return new SplittableRandom(seed).longs(n, 0, classes).toArray();
    }

    /**
     * How many copies of its inputs a benchmark walks through in turn. Small ones stay in the cache on purpose; large ones
     * would profit from what the previous call left there.
     */
    public static int copies(long bytes) {
        return bytes < LARGE ? 1 : (int) Math.max(2, PAST_THE_CACHE / bytes);
    }
}
