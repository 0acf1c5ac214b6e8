package dev.tenfold.nn.data;

/**
 * A data set as a {@link Loader} sees it: numbered examples of which any can be put together into a batch.
 *
 * @param <B> the record of tensors that makes a batch
 */
public interface Examples<B extends Batch<B>> {
    /** How many examples there are. */
    int size();

    /**
     * The tensors of the chosen examples. They belong to the innermost scope of the calling thread, if any. Several threads may call at
     * once, and what they get depends on {@code choice} alone.
     */
    B batch(Choice choice);
}
