package dev.tenfold.tensor;

import java.util.function.Consumer;

/**
 * What records operations for gradients. The module {@code dev.tenfold.autograd} provides one as a service; this module
 * only calls it.
 */
public interface Recorder {
    /** The place of a tensor in a recorded graph. */
    interface Trace {
        /** Shows every tensor that this graph, up to its leaves, holds for its backward pass. */
        void visitSaved(Consumer<Tensor> visitor);
    }

    /**
     * Called after {@code operation} was computed while recording was on and an input required a gradient.
     * Sets the outputs' traces with {@link Tensor#attachTrace}.
     */
    void record(Operation operation, Tensor[] inputs, Tensor[] outputs);
}
