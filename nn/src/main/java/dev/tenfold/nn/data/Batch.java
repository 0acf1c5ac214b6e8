package dev.tenfold.nn.data;

import dev.tenfold.tensor.Tensor;

/**
 * One batch of a {@link Loader}. Its tensors belong to the scope that was innermost when it was taken.
 *
 * @param images   f32 [b, c, h, w], normalised
 * @param labels   i64 [b]
 * @param rows     which images of the set these are
 * @param position of this batch
 */
public record Batch(Tensor images, Tensor labels, int[] rows, Position position) {
    /**
     * A place in the stream of batches.
     *
     * @param epoch from 0
     * @param batch within the epoch, from 0
     */
    public record Position(long epoch, int batch) {
        /** The first batch of all. */
        public static final Position START = new Position(0, 0);

        /** Checks the signs. */
        public Position {
            if (epoch < 0 || batch < 0) throw new IllegalArgumentException("Position: epoch " + epoch + " and batch " + batch + " must not be negative");
        }

        /** The place after this one, when an epoch has {@code count} batches. */
        public Position next(int count) {
            return batch + 1 < count ? new Position(epoch, batch + 1) : new Position(epoch + 1, 0);
        }
    }

    /** How many images. */
    public int size() {
        return rows.length;
    }
}
