package dev.tenfold.nn.optim;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes parameters along their gradients. The state tensors belong to the optimiser. */
public abstract class Optimiser implements AutoCloseable {
    private final Map<String, Parameter> parameters;
    private final Map<String, Tensor> state = new LinkedHashMap<>();
    private double learningRate;
    private long steps;

    Optimiser(Module module, double learningRate) {
        this.parameters = module.namedParameters();
        setLearningRate(learningRate);
    }

    public final double learningRate() {
        return learningRate;
    }

    public final void setLearningRate(double rate) {
        if (!(rate >= 0) || Double.isInfinite(rate)) throw new IllegalArgumentException("learning rate " + rate + " must be finite and not negative");
        learningRate = rate;
    }

    /** How many steps were taken. */
    public final long steps() {
        return steps;
    }

    /** Continues counting from a checkpoint. */
    public final void setSteps(long taken) {
        steps = taken;
    }

    /** Changes every parameter that has a gradient and is not frozen, then drops the gradients. */
    public final void step() {
        steps++;
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            parameters.forEach((name, p) -> {
                if (p.grad() == null || p.isFrozen()) return;
                update(name, p.value(), p.grad());
                p.zeroGrad();
            });
        }
    }

    /** One step on one parameter, in place. */
    abstract void update(String name, Tensor value, Tensor gradient);

    /** The state tensor {@code kind} of a parameter; zeros at first. */
    final Tensor slot(String name, String kind, Tensor like) {
        return state.computeIfAbsent(name + "." + kind, k -> Scope.release(Tensors.zerosLike(like)));
    }

    /** The state tensors by {@code parameter.kind}, for saving. */
    public final Map<String, Tensor> state() {
        return Map.copyOf(state);
    }

    /**
     * Replaces the state by copies of {@code values}.
     *
     * @throws IllegalArgumentException as {@link #checkFits} does; nothing is changed then
     */
    public final void load(Map<String, Tensor> values) {
        checkFits(values);
        Map<String, Tensor> copies = new LinkedHashMap<>();
        try (NoGrad region = NoGrad.open()) {
            values.forEach((name, value) -> copies.put(name, Scope.release(value.copy())));
        }
        close();
        state.putAll(copies);
    }

    /**
     * Checks that {@link #load} can take these values.
     *
     * @throws IllegalArgumentException when one is no state of this optimiser's parameters, or of another shape or type
     */
    public final void checkFits(Map<String, Tensor> values) {
        values.forEach((name, value) -> {
            int dot = name.lastIndexOf('.');
            Parameter parameter = dot < 0 ? null : parameters.get(name.substring(0, dot));
            if (parameter == null || !kinds().contains(name.substring(dot + 1))) {
                throw new IllegalArgumentException("load into " + this + ": \"" + name + "\" is no state of it; a parameter's name and one of " + kinds() + " are expected");
            }
            if (!value.shape().equals(parameter.value().shape()) || value.dtype() != parameter.value().dtype()) {
                throw new IllegalArgumentException("load " + name + ": the parameter is " + parameter.value().dtype() + " " + parameter.value().shape()
                        + ", the state " + value.dtype() + " " + value.shape());
            }
        });
    }

    /** The kinds of state tensors. */
    abstract List<String> kinds();

    /** The method with the settings that do not change while it runs, such as {@code Sgd(momentum 0.9, weight decay 5.0E-4)}: what a saved state must agree with. */
    @Override
    public abstract String toString();

    /** Frees the state. */
    @Override
    public final void close() {
        state.values().forEach(Tensor::close);
        state.clear();
    }
}
