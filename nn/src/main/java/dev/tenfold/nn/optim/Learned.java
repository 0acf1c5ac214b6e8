package dev.tenfold.nn.optim;

import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** One parameter as its optimiser sees it: with its group and the optimiser's state of it. */
final class Learned {
    final String name;
    final Parameter parameter;
    final ParameterGroup group;
    /** One tensor for each kind of state, null until it is first used. */
    final Tensor[] state;

    Learned(String name, Parameter parameter, ParameterGroup group, int kinds) {
        this.name = name;
        this.parameter = parameter;
        this.group = group;
        this.state = new Tensor[kinds];
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

    /** True before the first use of state {@code kind}. */
    boolean isFresh(int kind) {
        return state[kind] == null;
    }

    /** State {@code kind}; zeros at first. */
    Tensor state(int kind) {
        if (state[kind] == null) state[kind] = Scope.release(Tensors.zerosLike(value()));
        return state[kind];
    }

    void close() {
        for (int k = 0; k < state.length; k++) {
            if (state[k] != null) state[k].close();
            state[k] = null;
        }
    }
}
