package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import java.util.function.LongFunction;

/**
 * Which examples of a data set are visited in an epoch, and in which order. It depends on the epoch and, where it is random, on a
 * generator's seed and subsequence alone: the same on every machine and after every restart.
 */
public interface Order {
    /** How many examples the data set has; rows are below it. */
    int size();

    /** How many examples are visited in an epoch. */
    int length();

    /** The rows of {@code epoch}, as a fresh array of {@link #length()}. */
    int[] epoch(long epoch);

    /** Every example once, in the set's own order. */
    static Order ascending(int size) {
        return order(size, size, epoch -> {
            int[] rows = new int[size];
            for (int i = 0; i < size; i++) rows[i] = i;
            return rows;
        });
    }

    /** Every example once, in a new random order in every epoch. */
    static Order shuffled(int size, Generator generator) {
        return order(size, size, epoch -> Permutation.of(size, generator.fork(epoch)));
    }

    /** {@code length} draws of which each is any example with equal probability. */
    static Order withReplacement(int size, int length, Generator generator) {
        return order(size, length, epoch -> {
            Draws draws = new Draws(generator.fork(epoch));
            int[] rows = new int[length];
            for (int i = 0; i < length; i++) rows[i] = draws.below(size);
            return rows;
        });
    }

    /**
     * {@code length} draws with replacement of which each is example i with probability {@code weights[i] / sum}.
     *
     * @throws IllegalArgumentException when a weight is negative or not finite, or all are 0
     */
    static Order weighted(double[] weights, int length, Generator generator) {
        Choose choose = new Choose("Order.weighted", weights);
        return order(weights.length, length, epoch -> {
            Draws draws = new Draws(generator.fork(epoch));
            int[] rows = new int[length];
            for (int i = 0; i < length; i++) rows[i] = choose.next(draws);
            return rows;
        });
    }

    /**
     * A part of the data set, in this order: place i of this order becomes example {@code rows[i]} of a set of {@code size}. So
     * {@code Order.shuffled(rows.length, generator).of(rows, size)} shuffles those rows.
     */
    default Order of(int[] rows, int size) {
        if (rows.length != size()) throw new IllegalArgumentException("Order.of: " + rows.length + " rows for an order of " + size() + " examples");
        for (int row : rows) if (row < 0 || row >= size) throw new IllegalArgumentException("Order.of: row " + row + " is not in 0.." + (size - 1));
        int[] mine = rows.clone();
        return order(size, length(), epoch -> {
            int[] visited = epoch(epoch);
            for (int i = 0; i < visited.length; i++) visited[i] = mine[visited[i]];
            return visited;
        });
    }

    /**
     * What worker {@code rank} of {@code ranks} visits: the places rank, rank + ranks, … of this order. Every worker gets the same number:
     * where the length does not divide, either the first places come again at the end, or the last ones are left out.
     *
     * @param pad whether places come again; otherwise they are left out
     */
    default Order shard(int rank, int ranks, boolean pad) {
        if (ranks < 1 || rank < 0 || rank >= ranks) throw new IllegalArgumentException("Order.shard: rank " + rank + " is not in 0.." + (ranks - 1));
        int length = length();
        int each = pad ? (int) (((long) length + ranks - 1) / ranks) : length / ranks;
        if (each == 0) throw new IllegalArgumentException("Order.shard: " + length + " examples leave none for each of " + ranks + " workers");
        return order(size(), each, epoch -> {
            int[] all = epoch(epoch);
            int[] mine = new int[each];
            for (int i = 0; i < each; i++) mine[i] = all[(int) ((rank + (long) i * ranks) % length)];
            return mine;
        });
    }

    /** An order from a function of the epoch. */
    private static Order order(int size, int length, LongFunction<int[]> rows) {
        if (size < 1 || length < 1) throw new IllegalArgumentException("Order: " + length + " visits to " + size + " examples; both must be at least 1");
        return new Order() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public int length() {
                return length;
            }

            @Override
            public int[] epoch(long epoch) {
                return rows.apply(epoch);
            }
        };
    }
}
