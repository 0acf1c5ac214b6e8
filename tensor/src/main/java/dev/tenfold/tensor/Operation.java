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

    /**
     * Checks the arguments and computes the results. Nothing inside is recorded, and tensors that are made inside are made on the inputs' device, which
     * is one for all of them.
     */
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

    /**
     * Whether {@link #forward} computes with tensors on devices of this kind; on others it is never called. The host alone, unless overridden: by
     * operations whose kernels run elsewhere too, that only make views, or that are composed of operations which do.
     */
    default boolean runsOn(Device.Kind kind) {
        return kind == Device.Kind.CPU;
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
        Device before = state.device;
        Device device = inputs.length == 0 ? before : inputs[0].device();
        boolean apart = false;
        boolean record = false;
        for (Tensor input : inputs) {
            input.checkOpen(operation);
            record |= input.requiresGrad();
            apart |= input.device() != device;
        }
        if (apart) {
            inputs = Placement.together(operation, inputs);
            device = inputs[0].device();
        }
        if (device != Device.CPU) Placement.requireKernel(operation, device);
        record &= state.paused == 0;
        state.paused++;
        state.precision = null;
        state.device = device;
        Tensor[] outputs;
        try {
            outputs = operation.forward(inputs);
        } finally {
            state.paused--;
            state.precision = precision;
            state.device = before;
        }
        if (record) RecorderHolder.RECORDER.record(operation, inputs, outputs);
        return outputs;
    }
}
