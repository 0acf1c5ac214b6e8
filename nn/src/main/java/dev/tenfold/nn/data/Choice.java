package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;

/**
 * Which examples make a batch.
 *
 * @param rows    the examples
 * @param repeats how often each was visited before in this epoch: 0 unless the order visits examples repeatedly
 * @param epoch   from 0
 */
public record Choice(int[] rows, int[] repeats, long epoch) {
    /** Checks the lengths. */
    public Choice {
        if (rows.length != repeats.length) throw new IllegalArgumentException("Choice: " + rows.length + " rows with " + repeats.length + " repeats");
    }

    /** Examples that were not visited before in this epoch. */
    public static Choice of(int[] rows, long epoch) {
        return new Choice(rows, new int[rows.length], epoch);
    }

    /** How many examples. */
    public int size() {
        return rows.length;
    }

    /**
     * The random decisions about the example at {@code i}. They depend on the generator's seed and subsequence, the epoch, the example's
     * row and how often it came before: so an example that is visited twice is changed in two ways, wherever it stands in the order.
     */
    public Draws draws(Generator generator, int i) {
        Generator ofExample = generator.fork(epoch).fork(rows[i]);
        return new Draws(repeats[i] == 0 ? ofExample : ofExample.fork(repeats[i]));
    }
}
