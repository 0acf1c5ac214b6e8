package dev.tenfold.nn.data;

import dev.tenfold.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * The tensors of some examples, side by side: a record of tensors whose first dimension counts the examples. What a {@link Loader} gives
 * belongs to the scope that was innermost when it was taken.
 *
 * @param <B> the record itself
 */
public interface Batch<B extends Batch<B>> {
    /** Which examples of the data set these are. */
    int[] rows();

    /** The same record with every tensor replaced by what {@code change} makes of it. */
    B map(UnaryOperator<Tensor> change);

    /** How many examples. */
    default int size() {
        return rows().length;
    }

    /**
     * A place in the stream of batches.
     *
     * @param epoch from 0
     * @param batch within the epoch, from 0
     */
    record Position(long epoch, int batch) {
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
}
