package dev.tenfold.nn.optim;

import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** One parameter as its optimiser sees it: with its group and the optimiser's state of it. */
final class Learned {
    final String name;
    final Parameter parameter;
    final ParameterGroup group;
    private final Tensor[] state;
    private boolean fresh = true;

    /**
     * Takes the memory of the state of a parameter that is not frozen, so that the first training step needs no more than those after
     * it, and no step can fail half way for want of memory.
     */
    Learned(String name, Parameter parameter, ParameterGroup group, int kinds) {
        this.name = name;
        this.parameter = parameter;
        this.group = group;
        state = new Tensor[kinds];
        if (!parameter.isFrozen()) for (int k = 0; k < kinds; k++) state[k] = zeros();
    }

    private Tensor zeros() {
        return Scope.release(Tensors.zerosLike(value()));
    }

    /** True when the next step changes it. */
    boolean isDue() {
        return parameter.grad() != null && !parameter.isFrozen();
    }

    Tensor value() {
        return parameter.value();
    }

    /** The gradient, dense. */
    Tensor gradient() {
        return parameter.grad().contiguous();
    }

    /** True before the first step that changes the parameter. */
    boolean isFresh() {
        return fresh;
    }

    /** A step has changed the parameter. */
    void stepped() {
        fresh = false;
        parameter.zeroGrad();
    }

    /** How many state tensors there are. */
    int kinds() {
        return state.length;
    }

    /** State {@code kind}, where the parameter is; zeros at first. */
    Tensor state(int kind) {
        if (state[kind] == null) state[kind] = zeros();
        return state[kind] = at(value().device(), state[kind]);
    }

    /** {@code own}, which belongs to no scope, or a copy on {@code device} in place of it. */
    static Tensor at(Device device, Tensor own) {
        if (own.device() == device) return own;
        try (own; NoGrad region = NoGrad.open()) {
            return Scope.release(own.to(device));
        }
    }

    /** Continues with another state. */
    void setState(int kind, Tensor value) {
        if (state[kind] != null) state[kind].close();
        state[kind] = value;
        fresh = false;
    }

    void close() {
        fresh = true;
        for (int k = 0; k < state.length; k++) {
            if (state[k] != null) state[k].close();
            state[k] = null;
        }
    }
}
