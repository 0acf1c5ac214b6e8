package dev.tenfold.tensor;

import java.util.function.Consumer;

/**
 * What records operations for gradients. The module {@code dev.tenfold.autograd} provides one as a service; this module
 * only calls it.
 */
public interface Recorder {
    /** The place of a tensor in a recorded graph. The graph lets go of what it saved when no open tensor leads to it any more. */
    interface Trace {
        /** One more open tensor has this place. */
        void retain();

        /** A tensor of this place was closed. */
        void release();

        /** Shows every leaf that gradients of this graph go to. */
        void visitLeaves(Consumer<Tensor> visitor);
    }

    /**
     * Called after {@code operation} was computed while recording was on and an input required a gradient.
     * Sets the outputs' traces with {@link Tensor#attachTrace}.
     */
    void record(Operation operation, Tensor[] inputs, Tensor[] outputs);
}
