package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;

/** The order in which a data set is visited: a permutation that depends on the seed and the epoch alone, or the set's own order. */
public final class Batches {
    private final int size;
    private final int batch;
    private final boolean dropLast;
    private final Generator generator;

    /**
     * A new random order in every epoch.
     *
     * @param size     how many examples there are
     * @param batch    how many make a batch
     * @param dropLast whether a last, smaller batch is left out
     */
    public Batches(int size, int batch, boolean dropLast, Generator generator) {
        if (size < 1 || batch < 1) throw new IllegalArgumentException("Batches: " + size + " examples in batches of " + batch + "; both must be at least 1");
        if (dropLast && size < batch) throw new IllegalArgumentException("Batches: " + size + " examples do not fill one batch of " + batch);
        this.size = size;
        this.batch = batch;
        this.dropLast = dropLast;
        this.generator = generator;
    }

    /** All examples in their own order, the last batch smaller where they do not fill it: for evaluation. */
    public static Batches inOrder(int size, int batch) {
        return new Batches(size, batch, false, null);
    }

    /** How many examples there are. */
    public int size() {
        return size;
    }

    /** Batches in an epoch. */
    public int count() {
        return dropLast ? size / batch : (int) (((long) size + batch - 1) / batch);
    }

    /** The examples of every batch of {@code epoch}. */
    public int[][] epoch(long epoch) {
        long[] order = null;
        if (generator != null) {
            try (Scope scope = Scope.open()) {
                order = generator.fork(epoch).permutation(size).toLongs();
            }
        }
        int[][] batches = new int[count()][];
        for (int b = 0; b < batches.length; b++) {
            int first = b * batch;
            batches[b] = new int[Math.min(batch, size - first)];
            for (int i = 0; i < batches[b].length; i++) batches[b][i] = order == null ? first + i : (int) order[first + i];
        }
        return batches;
    }
}
