package dev.tenfold.nn;

import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/** A tensor that a module learns. It belongs to the module, not to a scope. */
public final class Parameter {
    private Tensor value;
    private boolean frozen;

    /** Takes {@code value} over, which is closed: its memory goes on as the parameter's, outside of any scope. */
    public Parameter(Tensor value) {
        try (value) {
            this.value = Scope.release(value.detach()).requiresGrad(true);
        }
    }

    /** The value: a leaf; another one after {@link Module#to}. */
    public Tensor value() {
        return value;
    }

    /** The accumulated gradient, or null. */
    public Tensor grad() {
        return value.grad();
    }

    /** Drops the accumulated gradient. */
    public void zeroGrad() {
        value.setGrad(null);
    }

    /** Stops (or starts again) learning: a frozen parameter gets no gradient. */
    public void freeze(boolean freeze) {
        frozen = freeze;
        value.requiresGrad(!freeze);
    }

    public boolean isFrozen() {
        return frozen;
    }

    /** Goes on with {@code moved} and its gradient (or null), which belong to no scope. */
    void move(Tensor moved, Tensor gradient) {
        close();
        value = moved.requiresGrad(!frozen);
        value.setGrad(gradient);
    }

    /** Frees the memory. */
    public void close() {
        value.close();
    }
}
