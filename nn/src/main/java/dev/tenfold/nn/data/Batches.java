package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import java.util.Arrays;

/** An {@link Order} cut into batches. */
public final class Batches {
    private final Order order;
    private final int batch;
    private final boolean dropLast;

    /**
     * The examples of {@code order}, some at a time.
     *
     * @param batch    how many make a batch
     * @param dropLast whether a last, smaller batch is left out
     */
    public Batches(Order order, int batch, boolean dropLast) {
        if (batch < 1) throw new IllegalArgumentException("Batches: batches of " + batch + "; at least 1 is needed");
        if (dropLast && order.length() < batch) throw new IllegalArgumentException("Batches: " + order.length() + " examples do not fill one batch of " + batch);
        this.order = order;
        this.batch = batch;
        this.dropLast = dropLast;
    }

    /** All of {@code size} examples, in a new random order in every epoch. */
    public Batches(int size, int batch, boolean dropLast, Generator generator) {
        this(Order.shuffled(size, generator), batch, dropLast);
    }

    /** All examples in their own order, the last batch smaller where they do not fill it: for evaluation. */
    public static Batches inOrder(int size, int batch) {
        return new Batches(Order.ascending(size), batch, false);
    }

    /** How many examples the data set has. */
    public int size() {
        return order.size();
    }

    /** Batches in an epoch. */
    public int count() {
        return dropLast ? order.length() / batch : (int) (((long) order.length() + batch - 1) / batch);
    }

    /** The examples of every batch of {@code epoch}. */
    public int[][] epoch(long epoch) {
        int[] rows = order.epoch(epoch);
        int[][] batches = new int[count()][];
        for (int b = 0; b < batches.length; b++) batches[b] = Arrays.copyOfRange(rows, b * batch, (int) Math.min(rows.length, (b + 1L) * batch));
        return batches;
    }

    /** The batches of {@code epoch}, with how often each example was visited before. */
    Choice[] choices(long epoch) {
        int[][] batches = epoch(epoch);
        int[] visits = new int[order.size()];
        Choice[] choices = new Choice[batches.length];
        for (int b = 0; b < batches.length; b++) {
            int[] repeats = new int[batches[b].length];
            for (int i = 0; i < repeats.length; i++) repeats[i] = visits[batches[b][i]]++;
            choices[b] = new Choice(batches[b], repeats, epoch);
        }
        return choices;
    }
}
