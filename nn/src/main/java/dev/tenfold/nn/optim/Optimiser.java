package dev.tenfold.nn.optim;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Changes parameters along their gradients, in one pass over the memory of all of them. The state tensors belong to the optimiser.
 *
 * <p>Gradients of several backward passes add up until the next {@link #step}: calling it after every k-th batch accumulates
 * gradients of k batches; divide the loss by k for their mean. To skip a step, drop the gradients with {@link #zeroGrad}.
 */
public abstract class Optimiser implements AutoCloseable {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Learned> learned = new LinkedHashMap<>();
    private final List<ParameterGroup> groups;
    private final List<String> kinds;
    private double learningRate;
    private long steps;

    /** {@code kinds}: the names of the state tensors that every parameter has. */
    Optimiser(List<ParameterGroup> groups, double learningRate, String... kinds) {
        this.groups = List.copyOf(groups);
        this.kinds = List.of(kinds);
        for (ParameterGroup group : groups) group.parameters().forEach((name, parameter) -> add(name, parameter, group));
        setLearningRate(learningRate);
    }

    private void add(String name, Parameter parameter, ParameterGroup group) {
        if (parameters.containsValue(parameter) || parameters.putIfAbsent(name, parameter) != null) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the parameter \"" + name + "\", or another of that name, is in its groups twice");
        }
        learned.put(name, new Learned(name, parameter, group, kinds.size()));
    }

    static List<ParameterGroup> all(Module module) {
        return List.of(ParameterGroup.of(module));
    }

    /** Every parameter by its name, in a fixed order; a parameter without a gradient is not changed by the next step. */
    public final Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    public final double learningRate() {
        return learningRate;
    }

    public final void setLearningRate(double rate) {
        ParameterGroup.checkNumber("learning rate", rate);
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

    /**
     * Changes every parameter that has a gradient and is not frozen, then drops the gradients. A step that fails, for want of memory
     * say, leaves all of them as they were and does not count.
     */
    public final void step() {
        steps++;
        boolean done = false;
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            List<Learned> due = new ArrayList<>();
            for (Learned one : learned.values()) if (one.isDue()) due.add(one);
            update(due);
            done = true;
            due.forEach(Learned::stepped);
        } finally {
            if (!done) steps--;
        }
    }

    /** Drops every gradient. */
    public final void zeroGrad() {
        parameters.values().forEach(Parameter::zeroGrad);
    }

    /** One step on these parameters, in place: on all of them, or with an exception on none. */
    abstract void update(List<Learned> due);

    /** The learning rate of a parameter's group. */
    final double rate(Learned one) {
        return learningRate * one.group.rate();
    }

    /** The state tensors by {@code parameter.kind}, for saving. */
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        learned.forEach((name, one) -> {
            if (!one.isFresh()) for (int k = 0; k < kinds.size(); k++) state.put(name + "." + kinds.get(k), one.state(k));
        });
        return state;
    }

    /**
     * Replaces the state by copies of {@code values}.
     *
     * @throws IllegalArgumentException as {@link #checkFits} does; nothing is changed then
     */
    public void load(Map<String, Tensor> values) {
        checkFits(values);
        Map<String, Tensor> copies = new LinkedHashMap<>();
        try (NoGrad region = NoGrad.open()) {
            values.forEach((name, value) -> copies.put(name, Scope.release(value.copy())));
        }
        close();
        copies.forEach((name, copy) -> {
            int dot = name.lastIndexOf('.');
            learned.get(name.substring(0, dot)).setState(kinds.indexOf(name.substring(dot + 1)), copy);
        });
    }

    /**
     * Checks that {@link #load} can take these values.
     *
     * @throws IllegalArgumentException when one is no state of this optimiser's parameters, or of another shape or type
     */
    public void checkFits(Map<String, Tensor> values) {
        values.forEach((name, value) -> {
            int dot = name.lastIndexOf('.');
            Parameter parameter = dot < 0 ? null : parameters.get(name.substring(0, dot));
            if (parameter == null || !kinds.contains(name.substring(dot + 1))) {
                throw new IllegalArgumentException("load into " + this + ": \"" + name + "\" is no state of it; a parameter's name and one of " + kinds + " are expected");
            }
            if (!value.shape().equals(parameter.value().shape()) || value.dtype() != parameter.value().dtype()) {
                throw new IllegalArgumentException("load " + name + ": the parameter is " + parameter.value().dtype() + " " + parameter.value().shape()
                        + ", the state " + value.dtype() + " " + value.shape());
            }
        });
    }

    /** The method with the settings that do not change while it runs, such as {@code Sgd(momentum 0.9, weight decay 5.0E-4)}: what a saved state must agree with. */
    @Override
    public final String toString() {
        String differences = groups.stream().map(ParameterGroup::difference).filter(text -> !text.isEmpty()).collect(Collectors.joining("; "));
        return settings() + (differences.isEmpty() ? "" : " with " + differences);
    }

    /** The method with its settings, which hold for all groups. */
    abstract String settings();

    /** Frees the state. */
    @Override
    public void close() {
        learned.values().forEach(Learned::close);
    }
}
