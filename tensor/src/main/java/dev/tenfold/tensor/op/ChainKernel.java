package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.kernels.expr.PreparedRun;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A {@link Chain} for given element types: one loop, or {@link ChainHalves} where one cannot hold it. Every value has the
 * bits that the single operations would give it, since all are computed in one type; f16 and bf16 are rounded after every step.
 */
final class ChainKernel {
    private final Chain chain;
    private final DType[] results;
    private double[] params;
    // One of the two:
    private final PointwiseKernel loop;
    private final ChainHalves halves;

    /** The kernel for inputs of {@code types}; numbers are of type {@code real}. */
    ChainKernel(Chain chain, DType[] types, DType real) {
        this.chain = chain;
        DType[] valueTypes = valueTypes(chain, types, real);
        this.results = Arrays.stream(chain.results()).mapToObj(v -> valueTypes[v]).toArray(DType[]::new);
        List<Expr> trees = trees();
        boolean narrow = real.compute() != real;
        boolean fits = chain.steps().size() <= 1 || !narrow && PointwiseKernel.fits(trees, types.length, real);
        loop = fits ? PointwiseKernel.of(trees, types, real.compute(), results) : null;
        halves = fits ? null : new ChainHalves(chain, valueTypes, real);
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

    /** The results as expressions of the inputs; the steps' numbers become parameters one after another. */
    private List<Expr> trees() {
        Expr[] trees = new Expr[chain.inputs() + chain.steps().size()];
        for (int i = 0; i < chain.inputs(); i++) trees[i] = Expr.x(i);
        List<Double> numbers = new ArrayList<>();
        for (int k = 0; k < chain.steps().size(); k++) {
            Chain.Step step = chain.steps().get(k);
            int before = numbers.size();
            trees[chain.inputs() + k] = step.operation().value().replaceLeaves(leaf -> switch (leaf) {
                case Expr.Input x -> trees[step.args()[x.index()]];
                case Expr.Param p -> Expr.p(before + p.index());
                default -> leaf;
            });
            for (double number : step.params()) numbers.add(number);
        }
        params = numbers.stream().mapToDouble(Double::doubleValue).toArray();
        return Arrays.stream(chain.results()).mapToObj(v -> trees[v]).toList();
    }

    /** The types of the results. */
    DType[] results() {
        return results;
    }

    /** True when one loop computes everything. */
    boolean isOneLoop() {
        return loop != null;
    }

    /** The results, all of {@code shape}, to which the inputs broadcast. */
    Tensor[] run(Tensor[] inputs, Shape shape) {
        if (loop == null) return halves.run(inputs, shape);
        Tensor[] outputs = new Tensor[results.length];
        long[] operands = new long[inputs.length + outputs.length];
        for (int i = 0; i < inputs.length; i++) operands[i] = inputs[i].address();
        for (int k = 0; k < outputs.length; k++) {
            outputs[k] = Tensor.allocate(results[k], shape);
            operands[inputs.length + k] = outputs[k].address();
        }
        int scalars = Pointwise.scalars(inputs, shape);
        if (scalars >= 0) loop.run(shape.elements(), operands, scalars, params);
        else loop.run(shape.sizes(), Pointwise.strides(inputs, shape), operands, params);
        return outputs;
    }

    /** The only result of one loop, to be computed in pieces; {@code shape} has elements. */
    PreparedRun prepare(Tensor[] inputs, Shape shape) {
        long[] addresses = new long[inputs.length];
        for (int i = 0; i < inputs.length; i++) addresses[i] = inputs[i].address();
        return loop.prepare(shape.sizes(), Pointwise.strides(inputs, shape), addresses, params);
    }
}
