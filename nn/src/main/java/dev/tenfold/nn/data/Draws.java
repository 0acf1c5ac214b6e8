package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;

/** Random decisions about one image, from a stream that depends on the seed, the epoch and the image's row alone. */
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

    /** Uniform in [0, 1). */
    public double uniform() {
        return word() * 0x1p-32;
    }
}
