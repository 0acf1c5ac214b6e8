package dev.tenfold.nn.data;

import dev.tenfold.nn.data.Batch.Position;

/**
 * An endless stream of batches of {@link Examples}, epoch after epoch, made ready in the background by daemon threads while the previous
 * ones are learned from. What a batch holds depends on the examples, the order and its position alone, not on the depth of the queue or
 * the number of threads. One thread uses a loader at a time.
 *
 * @param <B> the record of tensors that makes a batch
 */
public final class Loader<B extends Batch<B>> implements AutoCloseable {
    private final Examples<B> examples;
    private final Batches order;
    private final int depth;
    private final int workers;
    private Position position = Position.START;
    private Choice[] choices;
    private long epochOfChoices = -1;
    private Prefetch<B> prefetch;
    private boolean closed;

    /** A loader with one background thread; see {@link #Loader(Examples, Batches, int, int)}. */
    public Loader(Examples<B> examples, Batches order, int depth) {
        this(examples, order, depth, 1);
    }

    /**
     * A loader.
     *
     * @param order   which examples make a batch; it must be of the data set's size
     * @param depth   how many batches are made ready ahead; 0 makes each when it is asked for, on the asking thread
     * @param workers how many background threads make them, each a whole batch: more than one pays where decoding images takes longer than
     *                learning from them
     */
    public Loader(Examples<B> examples, Batches order, int depth, int workers) {
        if (order.size() != examples.size()) {
            throw new IllegalArgumentException("Loader: the order is of " + order.size() + " examples, the data set has " + examples.size());
        }
        if (depth < 0 || workers < 1) throw new IllegalArgumentException("Loader: depth " + depth + " must not be negative, and " + workers + " workers must be at least 1");
        this.examples = examples;
        this.order = order;
        this.depth = depth;
        this.workers = Math.min(workers, Math.max(depth, 1));
    }

    /** A loader for evaluation: every example once an epoch, in the set's order. */
    public static <B extends Batch<B>> Loader<B> inOrder(Examples<B> examples, int batch) {
        return new Loader<>(examples, Batches.inOrder(examples.size(), batch), 1);
    }

    /** Batches in an epoch. */
    public int batchesPerEpoch() {
        return order.count();
    }

    /** The place of the batch that {@link #next} gives next. */
    public Position position() {
        return position;
    }

    /**
     * Goes on from {@code to}.
     *
     * @throws IllegalArgumentException when an epoch has not so many batches
     */
    public void seek(Position to) {
        requireOpen();
        if (to.batch() >= order.count()) {
            throw new IllegalArgumentException("Loader.seek: batch " + to.batch() + " of an epoch of " + order.count() + " batches");
        }
        stop();
        position = to;
    }

    /**
     * The next batch. Its tensors belong to the caller's innermost scope.
     *
     * @throws IllegalStateException when the loader is closed, the thread is interrupted while it waits, or the batch could not be made (the cause)
     */
    public B next() {
        requireOpen();
        B batch;
        if (depth == 0) {
            batch = make(position);
        } else {
            if (prefetch == null) prefetch = new Prefetch<>(this::make, position, order.count(), depth, workers);
            batch = prefetch.take();
        }
        position = position.next(order.count());
        return batch;
    }

    private B make(Position at) {
        return examples.batch(choice(at));
    }

    private synchronized Choice choice(Position at) {
        if (epochOfChoices != at.epoch()) {
            choices = order.choices(at.epoch());
            epochOfChoices = at.epoch();
        }
        return choices[at.batch()];
    }

    private void requireOpen() {
        if (closed) throw new IllegalStateException("Loader: it is closed");
    }

    private void stop() {
        if (prefetch != null) prefetch.close();
        prefetch = null;
    }

    /** Ends the background threads and frees what was made ahead. Batches that were taken stay. */
    @Override
    public void close() {
        closed = true;
        stop();
    }
}
