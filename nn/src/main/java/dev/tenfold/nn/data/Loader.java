package dev.tenfold.nn.data;

import dev.tenfold.nn.data.Batch.Position;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;

/**
 * An endless stream of batches of an {@link ImageSet}, epoch after epoch: augmented, normalised and made ready in the background by one
 * daemon thread while the previous ones are learned from. What a batch holds depends on the set, the order, the generator's seed and
 * its position alone, not on the depth of the queue or the number of threads. One thread uses a loader at a time.
 */
public final class Loader implements AutoCloseable {
    private final Collation collation;
    private final Batches order;
    private final int depth;
    private Position position = Position.START;
    private int[][] epochRows;
    private long epochOfRows = -1;
    private Prefetch prefetch;
    private boolean closed;

    /**
     * A loader for training.
     *
     * @param order     which images make a batch; it must be of the set's size
     * @param generator decides about augmentations, by its seed and subsequence: nothing is drawn from it
     * @param depth     how many batches are made ready ahead; 0 makes each when it is asked for, on the asking thread
     */
    public Loader(ImageSet set, Normalisation normalisation, Augmentation augmentation, Batches order, Generator generator, int depth) {
        if (order.size() != set.size()) {
            throw new IllegalArgumentException("Loader: the order is of " + order.size() + " images, " + set.name() + " has " + set.size());
        }
        if (depth < 0) throw new IllegalArgumentException("Loader: depth " + depth + " must not be negative");
        this.collation = new Collation(set, normalisation, augmentation, generator.fork(0));
        this.order = order;
        this.depth = depth;
    }

    /** A loader for evaluation: every image once an epoch, in the set's order, without augmentation. */
    public static Loader inOrder(ImageSet set, Normalisation normalisation, int batch) {
        return new Loader(set, normalisation, Augmentation.none(), Batches.inOrder(set.size(), batch), new Generator(0), 1);
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
    public Batch next() {
        requireOpen();
        Batch batch;
        if (depth == 0) {
            batch = make(position);
        } else {
            if (prefetch == null) prefetch = new Prefetch(this::make, position, order.count(), depth);
            batch = prefetch.take();
        }
        position = position.next(order.count());
        return batch;
    }

    /** Called by one thread at a time: the prefetching one, or without one the asking one. */
    private Batch make(Position at) {
        if (epochOfRows != at.epoch()) {
            epochRows = order.epoch(at.epoch());
            epochOfRows = at.epoch();
        }
        int[] rows = epochRows[at.batch()];
        Tensor[] made = collation.batch(rows, at.epoch());
        return new Batch(made[0], made[1], rows, at);
    }

    private void requireOpen() {
        if (closed) throw new IllegalStateException("Loader: it is closed");
    }

    private void stop() {
        if (prefetch != null) prefetch.close();
        prefetch = null;
    }

    /** Ends the background thread and frees what was made ahead. Batches that were taken stay. */
    @Override
    public void close() {
        closed = true;
        stop();
    }
}
