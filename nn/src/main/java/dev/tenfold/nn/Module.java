package dev.tenfold.nn;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A part of a network: named parameters (learned), buffers (kept but not learned), random generators and child modules, in the order in
 * which they were registered. Names are joined by dots, as in {@code layer1.0.conv1.weight}.
 */
public abstract class Module implements AutoCloseable {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final Map<String, Generator> generators = new LinkedHashMap<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;

    /** The result on {@code x}; it belongs to the innermost scope. */
    public abstract Tensor forward(Tensor x);

    /** Registers a parameter under a name without dots; it takes {@code initial} over, which is closed. */
    protected final Parameter parameter(String name, Tensor initial) {
        checkName(name);
        Parameter parameter = new Parameter(initial);
        parameters.put(name, parameter);
        return parameter;
    }

    /** Registers a tensor that is part of the state but not learned; it takes {@code initial} over, which is closed. */
    protected final Buffer buffer(String name, Tensor initial) {
        checkName(name);
        Buffer own = new Buffer(initial);
        buffers.put(name, own);
        return own;
    }

    /**
     * Registers a stream of random numbers for {@link #forward}, split off {@code parent} ({@link Generator#split}). Its position is part
     * of a training: {@link TrainingState} saves it with the module.
     */
    protected final Generator generator(String name, Generator parent) {
        checkName(name);
        Generator own = parent.split();
        generators.put(name, own);
        return own;
    }

    /** Registers a child. */
    protected final <M extends Module> M child(String name, M module) {
        checkName(name);
        children.put(name, module);
        return module;
    }

    private void checkName(String name) {
        boolean taken = parameters.containsKey(name) || buffers.containsKey(name) || generators.containsKey(name) || children.containsKey(name);
        if (taken || name.isEmpty() || name.contains(".")) {
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the name \"" + name + "\" is empty, taken or has a dot");
        }
    }

    /** The children by name. */
    public final Map<String, Module> children() {
        return Map.copyOf(children);
    }

    /** Every parameter of this module and its children, by its full name, in a fixed order. */
    public final Map<String, Parameter> namedParameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        collect("", (prefix, module) -> module.parameters.forEach((name, p) -> all.put(prefix + name, p)));
        return all;
    }

    /** Every buffer, by its full name. */
    public final Map<String, Tensor> namedBuffers() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        collect("", (prefix, module) -> module.buffers.forEach((name, b) -> all.put(prefix + name, b.value())));
        return all;
    }

    /** Every random generator, by its full name: the generators themselves. */
    public final Map<String, Generator> namedGenerators() {
        Map<String, Generator> all = new LinkedHashMap<>();
        collect("", (prefix, module) -> module.generators.forEach((name, g) -> all.put(prefix + name, g)));
        return all;
    }

    /** The parameters in the order of {@link #namedParameters()}. */
    public final List<Parameter> parameters() {
        return new ArrayList<>(namedParameters().values());
    }

    private interface Visitor {
        void visit(String prefix, Module module);
    }

    private void collect(String prefix, Visitor visitor) {
        visitor.visit(prefix, this);
        children.forEach((name, module) -> module.collect(prefix + name + ".", visitor));
    }

    /** How many numbers are learned. */
    public final long parameterCount() {
        return parameters().stream().mapToLong(p -> p.value().elements()).sum();
    }

    /** Parameters and buffers by full name: the tensors themselves, for saving. */
    public final Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        namedParameters().forEach((name, p) -> state.put(name, p.value()));
        state.putAll(namedBuffers());
        return state;
    }

    /**
     * Copies values into the parameters and buffers.
     *
     * @throws IllegalArgumentException as {@link #checkFits} does; nothing is changed then
     */
    public final void load(Map<String, Tensor> values) {
        checkFits(values);
        try (NoGrad region = NoGrad.open()) {
            state().forEach((name, own) -> own.copyFrom(values.get(name)));
        }
    }

    /**
     * Checks that {@link #load} can take these values.
     *
     * @throws IllegalArgumentException when a name is missing, unexpected, or of another shape or type
     */
    public final void checkFits(Map<String, Tensor> values) {
        Map<String, Tensor> state = state();
        TreeSet<String> missing = new TreeSet<>(state.keySet());
        missing.removeAll(values.keySet());
        TreeSet<String> unexpected = new TreeSet<>(values.keySet());
        unexpected.removeAll(state.keySet());
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new IllegalArgumentException("load into " + getClass().getSimpleName() + ": missing " + missing + ", unexpected " + unexpected);
        }
        state.forEach((name, own) -> {
            Tensor value = values.get(name);
            if (!value.shape().equals(own.shape()) || value.dtype() != own.dtype()) {
                throw new IllegalArgumentException("load " + name + ": the module has " + own.dtype() + " " + own.shape() + ", the state "
                        + value.dtype() + " " + value.shape());
            }
        });
    }

    /** True while the module trains: batch norm and dropout behave differently. */
    public final boolean isTraining() {
        return training;
    }

    /** Sets the mode of this module and its children. Returns this. */
    public final Module train(boolean mode) {
        collect("", (prefix, module) -> module.training = mode);
        return this;
    }

    /** {@code train(false)}. */
    public final Module eval() {
        return train(false);
    }

    /**
     * Moves parameters, their gradients and buffers to {@code device}, all of them or, where its memory does not suffice, none. Not between a forward
     * pass and its backward pass, whose tensors stay where they are. Optimisers and {@code WeightAverage}s follow: their state moves when
     * they are used next. Tensors that {@link #forward} makes without inputs are still made where {@link Device#use()} says. Returns this.
     */
    public final Module to(Device device) {
        if (state().values().stream().allMatch(t -> t.device() == device)) return this;
        List<Tensor> values = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        boolean done = false;
        try (NoGrad region = NoGrad.open()) {
            for (Parameter p : parameters()) {
                values.add(moved(p.value(), device));
                gradients.add(p.grad() == null ? null : moved(p.grad(), device));
            }
            for (Tensor buffer : namedBuffers().values()) values.add(moved(buffer, device));
            done = true;
        } finally {
            if (!done) for (List<Tensor> made : List.of(values, gradients)) for (Tensor t : made) if (t != null) t.close();
        }
        Iterator<Tensor> next = values.iterator();
        Iterator<Tensor> gradient = gradients.iterator();
        for (Parameter p : parameters()) p.move(next.next(), gradient.next());
        collect("", (prefix, module) -> module.buffers.values().forEach(b -> b.move(next.next())));
        return this;
    }

    /** A handle of its own on {@code t}'s values on {@code device}: a copy, or the same memory where they are there. */
    private static Tensor moved(Tensor t, Device device) {
        return Scope.release(t.device() == device ? t.detach() : t.to(device));
    }

    /** Drops every accumulated gradient. */
    public final void zeroGrad() {
        parameters().forEach(Parameter::zeroGrad);
    }

    /** Freezes (or thaws) every parameter. */
    public final void freeze(boolean freeze) {
        parameters().forEach(p -> p.freeze(freeze));
    }

    /** The element type of the first parameter, f32 for a module without any. */
    public final DType dtype() {
        return parameters().stream().findFirst().map(p -> p.value().dtype()).orElse(DType.F32);
    }

    /** Frees parameters and buffers. */
    @Override
    public final void close() {
        collect("", (prefix, module) -> {
            module.parameters.values().forEach(Parameter::close);
            module.buffers.values().forEach(b -> b.value().close());
        });
    }
}
