package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Axes;
import dev.tenfold.tensor.op.Chain;
import dev.tenfold.tensor.op.FusedChain;
import dev.tenfold.tensor.op.Pointwise;
import java.util.function.Function;

/**
 * A chain of element-wise operations that runs as one pass over memory, and is recorded as one operation:
 *
 * <pre>{@code
 * static final Fused SQUARED_ERROR = Fused.of(2, v -> v[0].sub(v[1]).square()).mean();
 *
 * Tensor loss = SQUARED_ERROR.apply(prediction, target);
 * }</pre>
 *
 * The function is called once, with symbolic values that have the element-wise methods of {@link Tensor}; make a chain once and keep it.
 * Tensors broadcast; they must all be of one floating type, except for truth values. A reduction may follow, for which the chain's result
 * is never stored.
 *
 * <p>Results have the bits that the single operations would give, and so have gradients of tensors that are not broadcast (of broadcast
 * ones, what is summed over is added up at the end instead of on the way). The gradients of all inputs come from one pass again, can be
 * differentiated again, and compute the chain anew instead of keeping its values. Chains in f16 and bf16, and chains too long for one loop,
 * run in several passes.
 */
public final class Fused {
    /** A value inside a chain: an input, or what an operation gave. */
    public static final class Value implements Arithmetic<Value> {
        private final Chain.Builder chain;
        private final int number;

        private Value(Chain.Builder chain, int number) {
            this.chain = chain;
            this.number = number;
        }

        @Override
        public Value pointwise(Pointwise operation, double... params) {
            return new Value(chain, chain.add(operation, params, number));
        }

        @Override
        public Value pointwise(Pointwise operation, Value b, double... params) {
            return new Value(chain, chain.add(operation, params, number, in(b)));
        }

        @Override
        public Value pointwise(Pointwise operation, Value b, Value c, double... params) {
            return new Value(chain, chain.add(operation, params, number, in(b), in(c)));
        }

        private int in(Value other) {
            if (other.chain != chain) throw new IllegalArgumentException("fused: a value of another chain");
            return other.number;
        }
    }

    private final FusedChain operation;
    private final Axes mean;

    private Fused(FusedChain operation, Axes mean) {
        this.operation = operation;
        this.mean = mean;
    }

    /**
     * The chain that {@code function} makes of {@code inputs} values.
     *
     * @throws IllegalArgumentException when an input is not used
     */
    public static Fused of(int inputs, Function<Value[], Value> function) {
        Chain.Builder chain = new Chain.Builder(inputs);
        Value[] values = new Value[inputs];
        for (int i = 0; i < inputs; i++) values[i] = new Value(chain, i);
        Value result = function.apply(values);
        Chain made = chain.build(values[0].in(result));
        for (int i = 0; i < inputs; i++) {
            if (!made.reads(i)) throw new IllegalArgumentException("fused: the chain's result does not depend on input " + i + " of " + inputs);
        }
        return new Fused(FusedChain.of(made), null);
    }

    private Fused ending(FusedChain.Ending ending, Axes axes, Axes averaged) {
        if (operation.ending() != FusedChain.Ending.NONE) throw new IllegalStateException("fused: only one reduction ends a chain");
        return new Fused(FusedChain.of(operation.chain(), ending, axes), averaged);
    }

    /** This chain with its result summed over {@code axes}; none means all. */
    public Fused sum(int... axes) {
        return ending(FusedChain.Ending.SUM, new Axes(false, axes), null);
    }

    /** As {@link #sum}; the axes stay with size 1. */
    public Fused sumKeep(int... axes) {
        return ending(FusedChain.Ending.SUM, new Axes(true, axes), null);
    }

    /** This chain with the mean of its result over {@code axes}. */
    public Fused mean(int... axes) {
        Axes over = new Axes(false, axes);
        return ending(FusedChain.Ending.SUM, over, over);
    }

    /** As {@link #mean}; the axes stay with size 1. */
    public Fused meanKeep(int... axes) {
        Axes over = new Axes(true, axes);
        return ending(FusedChain.Ending.SUM, over, over);
    }

    /** This chain with the largest element of its result over {@code axes}. */
    public Fused max(int... axes) {
        return ending(FusedChain.Ending.MAX, new Axes(false, axes), null);
    }

    /** This chain with the smallest element of its result over {@code axes}. */
    public Fused min(int... axes) {
        return ending(FusedChain.Ending.MIN, new Axes(false, axes), null);
    }

    /**
     * The result on {@code tensors}.
     *
     * @throws IllegalArgumentException when there are too many or too few of them, their shapes do not broadcast, or their types do not fit
     */
    public Tensor apply(Tensor... tensors) {
        Tensor result = Operation.apply(operation, tensors);
        return mean == null ? result : result.div(mean.count(operation.shape(tensors), "mean"));
    }
}
