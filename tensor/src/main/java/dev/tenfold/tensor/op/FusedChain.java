package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Fused;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link Chain} of element-wise operations as one operation, perhaps with a reduction behind it, for which the chain's result is never
 * stored. The gradient is one chain again, with a result for every input that wants one.
 */
public final class FusedChain implements Operation {
    /** What may follow the chain. */
    public enum Ending {
        /** Nothing. */
        NONE,
        SUM, MAX, MIN;

        private Reductions.Kind kind() {
            return Reductions.Kind.valueOf(name());
        }
    }

    private final Chain chain;
    private final Ending ending;
    private final Axes axes;
    private final ConcurrentHashMap<List<DType>, ChainKernel> kernels = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, Backward> gradients = new ConcurrentHashMap<>();
    private FusedChain whole;

    /** The gradients with respect to certain inputs, and how to call for them. */
    private record Backward(FusedChain operation, ChainGradient plan) {
    }

    private FusedChain(Chain chain, Ending ending, Axes axes) {
        this.chain = chain;
        this.ending = ending;
        this.axes = axes;
    }

    /** The chain, with all its results. */
    public static FusedChain of(Chain chain) {
        return new FusedChain(chain, Ending.NONE, null);
    }

    /** The chain, whose only result is reduced over {@code axes}. */
    public static FusedChain of(Chain chain, Ending ending, Axes axes) {
        if (chain.results().length != 1) throw new IllegalArgumentException("fused: a chain with a reduction has one result, not " + chain.results().length);
        return new FusedChain(chain, ending, axes);
    }

    /** The steps. */
    public Chain chain() {
        return chain;
    }

    /** What follows them. */
    public Ending ending() {
        return ending;
    }

    @Override
    public String name() {
        return switch (ending) {
            case NONE -> "fused";
            case SUM -> "fused sum";
            case MAX -> "fused max";
            case MIN -> "fused min";
        };
    }

    /** The shape to which all of {@code tensors} broadcast. */
    public Shape shape(Tensor... tensors) {
        Shape shape = tensors[0].shape();
        for (int i = 1; i < tensors.length; i++) shape = Shape.broadcast(shape, tensors[i].shape(), name());
        return shape;
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        if (inputs.length != chain.inputs()) throw new IllegalArgumentException(name() + ": takes " + chain.inputs() + " tensors, not " + inputs.length);
        Shape shape = shape(inputs);
        ChainKernel kernel = kernel(inputs);
        return ending == Ending.NONE ? kernel.run(inputs, shape) : new Tensor[] {reduce(kernel, inputs, shape)};
    }

    private ChainKernel kernel(Tensor[] inputs) {
        DType[] types = new DType[inputs.length];
        for (int i = 0; i < types.length; i++) types[i] = inputs[i].dtype();
        List<DType> key = List.of(types);
        ChainKernel kernel = kernels.get(key);
        return kernel != null ? kernel : kernels.computeIfAbsent(key, k -> ChainKernel.of(chain, k));
    }

    private Tensor reduce(ChainKernel kernel, Tensor[] inputs, Shape shape) {
        if (ending != Ending.SUM && axes.count(shape, name()) == 0) {
            throw new IllegalArgumentException(name() + ": there is no element over the reduced axes of " + shape);
        }
        DType type = kernel.results()[0];
        Axes.Rows rows = axes.rows(shape, name());
        if (rows == null || shape.elements() == 0 || type != DType.F32 && type != DType.F64) {
            try (Tensor values = kernel.run(inputs, shape)[0]; Tensor numbers = type == DType.BOOL ? values.to(DType.I64) : values.alias()) {
                return axes.reduce(name(), ending.kind(), numbers);
            }
        }
        Tensor out = Tensor.allocate(type, rows.result());
        kernel.reduce(ending.kind(), inputs, shape, new Reducing.Lines(rows.outer(), rows.n(), 1), out);
        return out;
    }

    // ---- samples ----

    private static final Fused GATED = Fused.of(3, v -> v[0].mul(v[1]).add(v[2]).tanh().mul(v[0].sigmoid()));

    static List<Sample> samples() {
        Sample.Input[] broadcast = {Sample.Input.real(4, 1, 3), Sample.Input.real(2, 1), Sample.Input.real(3)};
        Sample.Input[] many = {Sample.Input.real(20, 1, 901), Sample.Input.real(5, 1), Sample.Input.real(901)};
        return List.of(
                sample("chain", GATED, Sample.Input.real(3, 5), Sample.Input.real(3, 5), Sample.Input.real(3, 5)),
                sample("broadcast chain", GATED, broadcast).large(many),
                sample("empty chain", GATED, Sample.Input.real(0, 3), Sample.Input.real(3), Sample.Input.real(1)),
                sample("scalar chain", GATED, Sample.Input.real(), Sample.Input.real(), Sample.Input.real()),
                sample("sum", GATED.sum(), broadcast).large(many),
                sample("sum of rows", GATED.sumKeep(-1), broadcast).large(many),
                sample("mean of columns", GATED.mean(0), broadcast).large(many),
                sample("max", GATED.max(1, 2), broadcast).large(many));
    }

    private static Sample sample(String label, Fused fused, Sample.Input... inputs) {
        return Sample.of(label, in -> fused.apply(in.toArray(Tensor[]::new)), inputs).types(Sample.SINGLE_DOUBLE).tolerance(4e-6);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("another number of tensors", List.of("fused: takes 3 tensors, not 1"), in -> GATED.apply(in.getFirst()), Sample.Input.real(2)),
                Fault.of("shapes that do not broadcast", List.of("fused: shapes [2, 3] and [2, 4]"), in -> GATED.apply(in.toArray(Tensor[]::new)),
                        Sample.Input.real(2, 3), Sample.Input.real(2, 4), Sample.Input.real(3)),
                Fault.of("types that differ", List.of("fused: the inputs are [", "one floating type"),
                        in -> GATED.apply(in.get(0), in.get(1).to(DType.I32), in.get(2)), Sample.Input.real(3), Sample.Input.real(3), Sample.Input.real(3)));
    }

    // ---- gradient ----

    private Backward backwardOf(long needs) {
        return gradients.computeIfAbsent(needs, n -> {
            ChainGradient plan = ChainGradient.of(chain, n, ending != Ending.SUM);
            return new Backward(of(plan.chain()), plan);
        });
    }

    private int count() {
        return chain.inputs();
    }

    private int[] sourcesOfAll() {
        return backwardOf((1L << count()) - 1).plan.sources();
    }

    @Override
    public long savedInputs() {
        if (ending == Ending.MAX || ending == Ending.MIN) return -1;
        long saved = 0;
        for (int source : sourcesOfAll()) if (source < count()) saved |= 1L << source;
        return saved;
    }

    @Override
    public long savedOutputs() {
        if (ending != Ending.NONE) return ending == Ending.SUM ? 0 : 1;
        long saved = 0;
        for (int source : sourcesOfAll()) if (source >= count() && source < count() + chain.results().length) saved |= 1L << source - count();
        return saved;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        long needs = 0;
        for (int i = 0; i < count(); i++) if (gradient.needs(i) && gradient.inputType(i).isFloating()) needs |= 1L << i;
        Tensor[] results = new Tensor[count()];
        Backward back = backwardOf(needs);
        if (back.plan.wanted().length == 0) return results;
        Shape shape = gradient.inputShape(0);
        for (int i = 1; i < count(); i++) shape = Shape.broadcast(shape, gradient.inputShape(i), name());
        Tensor values = ending == Ending.MAX || ending == Ending.MIN ? values(gradient) : null;
        int[] sources = back.plan.sources();
        Tensor[] operands = new Tensor[sources.length];
        int known = count() + chain.results().length;
        for (int k = 0; k < sources.length; k++) {
            int source = sources[k];
            if (source < count()) operands[k] = gradient.savedInput(source);
            else if (source < known) operands[k] = values != null ? values : gradient.savedOutput(source - count());
            else operands[k] = incoming(gradient, source - known, shape, values);
        }
        Tensor[] computed = Operation.applyAll(back.operation, operands);
        for (int k = 0; k < computed.length; k++) {
            int i = back.plan.wanted()[k];
            results[i] = computed[k].expand(shape).sumTo(gradient.inputShape(i));
        }
        return results;
    }

    /** The chain's result again. */
    private Tensor values(Gradient gradient) {
        Tensor[] inputs = new Tensor[count()];
        for (int i = 0; i < inputs.length; i++) inputs[i] = gradient.savedInput(i);
        if (whole == null) whole = of(chain);
        return Operation.apply(whole, inputs);
    }

    /** The gradient of the chain's result, of a shape that broadcasts to {@code shape}. */
    private Tensor incoming(Gradient gradient, int result, Shape shape, Tensor values) {
        Tensor g = gradient.output(result);
        return switch (ending) {
            case NONE -> g;
            case SUM -> axes.restore(g, shape);
            case MAX, MIN -> Extreme.gradient(axes, values, gradient.savedOutput(0), g);
        };
    }
}
