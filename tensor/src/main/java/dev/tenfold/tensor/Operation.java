package dev.tenfold.tensor;

/**
 * One differentiable operation with its attributes (an axis, a stride, …): what it computes, what its backward needs and
 * its gradient, written in tensor operations, so that second derivatives come for free. A user's own operation is one too.
 *
 * <p>Called by {@link #apply(Operation, Tensor...)}.
 */
public interface Operation {
    /** The field's name of the operation, as used in errors. */
    String name();

    /** Checks the arguments and computes the results. Nothing inside is recorded. */
    Tensor[] forward(Tensor[] inputs);

    /**
     * The gradients with respect to the inputs, {@code null} where none is needed or none exists.
     * Tensor operations only, so that the result can be differentiated again.
     */
    Tensor[] backward(Gradient gradient);

    /** Bit i set: input i is kept for {@link #backward}. All, unless overridden. */
    default long savedInputs() {
        return -1;
    }

    /** Bit i set: output i is kept for {@link #backward}. None, unless overridden. */
    default long savedOutputs() {
        return 0;
    }

    /** Runs an operation of one result, and records it where a gradient is asked for. */
    static Tensor apply(Operation operation, Tensor... inputs) {
        return applyAll(operation, inputs)[0];
    }

    /** Runs an operation of several results, and records it where a gradient is asked for. */
    static Tensor[] applyAll(Operation operation, Tensor... given) {
        ThreadState state = ThreadState.get();
        Precision.Setting precision = state.precision;
        Tensor[] inputs = precision == null ? given : Precision.operands(precision, operation.name(), given);
        boolean record = false;
        for (Tensor input : inputs) {
            input.checkOpen(operation);
            record |= input.requiresGrad();
        }
        record &= state.paused == 0;
        state.paused++;
        state.precision = null;
        Tensor[] outputs;
        try {
            outputs = operation.forward(inputs);
        } finally {
            state.paused--;
            state.precision = precision;
        }
        if (record) RecorderHolder.RECORDER.record(operation, inputs, outputs);
        return outputs;
    }
}
