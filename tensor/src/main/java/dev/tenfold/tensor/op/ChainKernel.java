package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Loop;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.Arrays;
import java.util.List;

/**
 * A {@link Chain} for given element types: one loop, or a pipeline of several. Every value has the bits that the single operations would
 * give it, since all are computed in one type; f16 and bf16 are rounded after every step.
 */
final class ChainKernel {
    private final DType[] results;
    /** Null where {@link #only} is all. */
    private final Pipeline pipeline;
    private final Pipeline.Stage only;
    /** For each output of the only loop, which result it is. */
    private final int[] order;

    private ChainKernel(Chain chain, DType[] inputs, DType real) {
        DType[] types = valueTypes(chain, inputs, real);
        ChainStages stages = new ChainStages(chain, types, real);
        results = Arrays.stream(chain.results()).mapToObj(v -> types[v]).toArray(DType[]::new);
        pipeline = stages.pipeline();
        only = stages.only();
        order = new int[results.length];
        int[] places = stages.places();
        for (int r = 0; pipeline == null && r < order.length; r++) order[places[r] - chain.inputs()] = r;
    }

    /**
     * The kernel for inputs of {@code types}.
     *
     * @throws IllegalArgumentException when they are not of one floating type, besides truth values, or a step would compute in another
     */
    static ChainKernel of(Chain chain, List<DType> types) {
        DType real = null;
        for (DType type : types) {
            if (type == DType.BOOL) continue;
            if (!type.isFloating() || real != null && type != real) {
                throw new IllegalArgumentException("fused: the inputs are " + types + "; all must be of one floating type, or bool. Convert with to(DType)");
            }
            real = type;
        }
        if (real == null) throw new IllegalArgumentException("fused: the inputs are " + types + "; at least one must be floating");
        return new ChainKernel(chain, types.toArray(DType[]::new), real);
    }

    /** The type of each value: {@code real}, or bool. */
    private static DType[] valueTypes(Chain chain, DType[] inputs, DType real) {
        DType[] types = Arrays.copyOf(inputs, inputs.length + chain.steps().size());
        for (int k = 0; k < chain.steps().size(); k++) {
            Chain.Step step = chain.steps().get(k);
            Pointwise.Result result = step.operation().result();
            int[] args = result == Pointwise.Result.SELECTED ? Arrays.copyOfRange(step.args(), 1, step.args().length) : step.args();
            boolean truths = Arrays.stream(args).allMatch(arg -> types[arg] == DType.BOOL);
            if (truths && (result == Pointwise.Result.SAME || result == Pointwise.Result.FLOAT)) {
                throw new IllegalArgumentException("fused: " + step.operation() + " of truth values alone would leave the chain's type "
                        + real + "; combine them by and, or, not, or choose numbers with where");
            }
            types[inputs.length + k] = truths || result == Pointwise.Result.BOOL ? DType.BOOL : real;
        }
        return types;
    }

    /** The types of the results. */
    DType[] results() {
        return results;
    }

    /** The results, all of {@code shape}, to which the inputs broadcast. */
    Tensor[] run(Tensor[] inputs, Shape shape) {
        Tensor[] outputs = new Tensor[results.length];
        for (int r = 0; r < outputs.length; r++) outputs[r] = Tensor.allocate(results[r], shape);
        if (pipeline != null) {
            Loop.run(pipeline, inputs, shape, outputs);
            return outputs;
        }
        Loop.run(only.kernel(), own(inputs), shape, only.params(), Arrays.stream(order).mapToObj(r -> outputs[r]).toArray(Tensor[]::new));
        return outputs;
    }

    /** The only result reduced over the rows of {@code shape}, which has elements, into {@code out}. */
    void reduce(Reductions.Kind kind, Tensor[] inputs, Shape shape, Reducing.Lines rows, Tensor out) {
        if (pipeline != null) Reducing.computed(kind, pipeline, inputs, shape, rows, out);
        else Reducing.computed(kind, only.kernel(), own(inputs), shape, only.params(), rows, out);
    }

    /** The inputs in the order in which the only loop takes them. */
    private Tensor[] own(Tensor[] inputs) {
        Tensor[] own = new Tensor[only.inputs().length];
        for (int i = 0; i < own.length; i++) own[i] = inputs[only.inputs()[i]];
        return own;
    }
}
