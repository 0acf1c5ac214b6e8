package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;

/**
 * Random decisions on the host, one after another, from a generator's stream. They are the same on every machine: transcendental functions
 * are those of {@link StrictMath}.
 */
public final class Draws {
    private final Generator generator;
    private final int[] words = new int[4];
    private int used = 4;

    /** The decisions that {@code generator} leads to. */
    public Draws(Generator generator) {
        this.generator = generator;
    }

    private long word() {
        if (used == 4) {
            generator.words(words);
            used = 0;
        }
        return words[used++] & 0xFFFFFFFFL;
    }

    /** Uniform in 0 .. n - 1, with a bias below {@code n / 2^32}. */
    public int below(int n) {
        if (n < 1) throw new IllegalArgumentException("below: n is " + n + ", must be at least 1");
        return (int) (word() * n >>> 32);
    }

    /** True with probability {@code p}. */
    public boolean chance(double p) {
        return uniform() < p;
    }

    /** Uniform in [0, 1), a multiple of 2^-32. */
    public double uniform() {
        return word() * 0x1p-32;
    }

    /** Uniform in [low, high). */
    public double uniform(double low, double high) {
        return low + (high - low) * uniform();
    }

    /** Uniform in [0, 1), a multiple of 2^-53. */
    double fine() {
        long high = word() << 21;
        return (high | word() >>> 11) * 0x1p-53;
    }

    /** Standard normal, by Box and Muller's formula. */
    public double normal() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - fine()));
        return radius * StrictMath.cos(2 * Math.PI * uniform());
    }

    /**
     * The logarithm of a Gamma(shape, 1) number (Marsaglia and Tsang 2000; below 1 by the power of a uniform number): the number itself
     * is 0 in double precision for small shapes.
     */
    private double logGamma(double shape) {
        if (shape < 1) return logGamma(shape + 1) + StrictMath.log(1 - fine()) / shape;
        double d = shape - 1 / 3.0;
        double c = 1 / StrictMath.sqrt(9 * d);
        while (true) {
            double x = normal();
            double v = 1 + c * x;
            if (v <= 0) continue;
            double logV = 3 * StrictMath.log(v);
            if (StrictMath.log(1 - fine()) < 0.5 * x * x + d * (1 - StrictMath.exp(logV) + logV)) return StrictMath.log(d) + logV;
        }
    }

    /** Beta(a, b), in [0, 1]. */
    public double beta(double a, double b) {
        if (!(a > 0 && b > 0) || Double.isInfinite(a) || Double.isInfinite(b)) throw new IllegalArgumentException("beta: parameters " + a + " and " + b + " must be above 0 and finite");
        // x / (x + y) from the logarithms: neither overflows, nor is it 0 / 0 for small parameters
        return 1 / (1 + StrictMath.exp(logGamma(b) - logGamma(a)));
    }
}
