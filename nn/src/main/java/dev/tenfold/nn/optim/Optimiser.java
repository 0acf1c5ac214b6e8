package dev.tenfold.nn.optim;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.LinkedHashMap;
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

    /** Replaces the state by copies of {@code values}. */
    public final void load(Map<String, Tensor> values) {
        state.values().forEach(Tensor::close);
        state.clear();
        values.forEach((name, value) -> state.put(name, Scope.release(value.detach().copy())));
    }

    @Override
    public final void close() {
        state.values().forEach(Tensor::close);
        state.clear();
    }
}
