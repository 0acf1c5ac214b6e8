package dev.tenfold.nn.optim;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.Stateful;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Update;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exponential moving average of a module's weights (Polyak averaging): {@code a = a + (1 - d) (w - a)}, where a starts as w. With
 * warm-up the decay is {@code min(d, (1 + n) / (10 + n))} after n updates, so that early weights are soon forgotten. Buffers, such as
 * the statistics of batch norm, are copied. Updated after each step of the optimiser; used in place of the weights to evaluate:
 *
 * <pre>{@code
 * optimiser.step();
 * average.update();
 * ...
 * try (WeightAverage.Use averaged = average.use()) {
 *     evaluate(net);
 * }
 * }</pre>
 */
public final class WeightAverage implements Stateful, AutoCloseable {
    /** The time in which the module computes with the averaged weights. */
    public final class Use implements AutoCloseable {
        private Use() {
            if (inUse) throw new IllegalStateException("WeightAverage: the averages are in use already");
            exchange();
            inUse = true;
        }

        /** Gives the module its own weights back. */
        @Override
        public void close() {
            if (!inUse) return;
            exchange();
            inUse = false;
        }
    }

    // x(0) average, x(1) weight; p(0) 1 - decay
    private static final Update AVERAGE = Update.of("weightAverage", 2, x(0).add(p(0).mul(x(1).sub(x(0)))));
    private static final Update EXCHANGE = Update.of("exchange", 2, x(1), x(0));
    private static final String UPDATES = "updates";
    private static final String PREFIX = "average.";

    private final Module module;
    private final double decay;
    private final boolean warmUp;
    private final Map<String, Tensor> averages = new LinkedHashMap<>();
    private long updates;
    private boolean inUse;

    /** The average with decay {@code d}, in [0, 1), without warm-up. */
    public WeightAverage(Module module, double decay) {
        this(module, decay, false);
    }

    public WeightAverage(Module module, double decay, boolean warmUp) {
        ParameterGroup.checkFraction("the decay of averaged weights", decay);
        this.module = module;
        this.decay = decay;
        this.warmUp = warmUp;
        try (NoGrad region = NoGrad.open()) {
            module.state().forEach((name, value) -> averages.put(name, Scope.release(value.copy())));
        }
    }

    /** How many updates the average has seen. */
    public long updates() {
        return updates;
    }

    /** Moves the average towards the module's weights, and copies its buffers. */
    public void update() {
        if (inUse) throw new IllegalStateException("WeightAverage: the module holds the averages now; close the Use before the next update");
        follow();
        double d = warmUp ? Math.min(decay, (1.0 + updates) / (10.0 + updates)) : decay;
        blend(averages, module, d);
        updates++;
    }

    /** Exchanges weights and buffers of the module for the averages until the returned object is closed. */
    public Use use() {
        return new Use();
    }

    /**
     * Moves the weights of {@code target} towards those of {@code source}: {@code a = a + (1 - decay) (w - a)}; buffers are copied. What a
     * target network of reinforcement learning does, with decay {@code 1 - tau}.
     *
     * @throws IllegalArgumentException when the modules differ in names, shapes or types
     */
    public static void blend(Module target, Module source, double decay) {
        ParameterGroup.checkFraction("the decay of averaged weights", decay);
        target.checkFits(source.state());
        blend(target.state(), source, decay);
    }

    private static void blend(Map<String, Tensor> averages, Module source, double decay) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            List<Update.Call> calls = new ArrayList<>();
            for (Map.Entry<String, Parameter> p : source.namedParameters().entrySet()) {
                calls.add(new Update.Call(new double[] {1 - decay}, averages.get(p.getKey()), p.getValue().value()));
            }
            AVERAGE.apply(calls);
            source.namedBuffers().forEach((name, buffer) -> averages.get(name).copyFrom(buffer));
        }
    }

    /** The averages lie where the module is. */
    private void follow() {
        module.state().forEach((name, own) -> averages.computeIfPresent(name, (same, average) -> Learned.at(own.device(), average)));
    }

    private void exchange() {
        follow();
        try (NoGrad region = NoGrad.open()) {
            List<Update.Call> calls = new ArrayList<>();
            module.state().forEach((name, value) -> calls.add(new Update.Call(new double[0], value, averages.get(name))));
            EXCHANGE.apply(calls);
        }
    }

    /** The averages as {@code average.NAME}, and {@code updates} (i64), which belongs to the innermost scope. */
    @Override
    public Map<String, Tensor> state() {
        if (inUse) throw new IllegalStateException("WeightAverage: the averages are in use; close the Use before saving");
        Map<String, Tensor> state = new LinkedHashMap<>();
        averages.forEach((name, value) -> state.put(PREFIX + name, value));
        state.put(UPDATES, Tensors.scalar(DType.I64, updates));
        return state;
    }

    @Override
    public void checkFits(Map<String, Tensor> values) {
        Tensor count = values.get(UPDATES);
        if (count == null || count.dtype() != DType.I64 || count.rank() != 0) {
            throw new IllegalArgumentException("load into " + this + ": \"" + UPDATES + "\" must be an i64 of shape [], it is "
                    + (count == null ? "missing" : count.dtype() + " " + count.shape()));
        }
        module.checkFits(averages(values));
    }

    private static Map<String, Tensor> averages(Map<String, Tensor> values) {
        Map<String, Tensor> named = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (!name.equals(UPDATES)) named.put(name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name, value);
        });
        return named;
    }

    @Override
    public void load(Map<String, Tensor> values) {
        if (inUse) throw new IllegalStateException("WeightAverage: the averages are in use; close the Use before loading");
        checkFits(values);
        try (NoGrad region = NoGrad.open()) {
            averages(values).forEach((name, value) -> averages.get(name).copyFrom(value));
        }
        updates = values.get(UPDATES).getLong();
    }

    @Override
    public String toString() {
        return "WeightAverage(decay " + decay + (warmUp ? ", warm-up" : "") + ")";
    }

    /** Frees the averages. */
    @Override
    public void close() {
        if (inUse) throw new IllegalStateException("WeightAverage: the averages are in use; close the Use first");
        averages.values().forEach(Tensor::close);
    }
}
