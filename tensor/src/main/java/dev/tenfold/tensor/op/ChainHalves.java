package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** A {@link Chain} that one loop cannot hold, as two kernels: what the first computes and the second (or the caller) reads is stored. */
final class ChainHalves {
    private final Chain chain;
    /** The values of the first half that are stored, and those of the second that are results. */
    private final int[] stored;
    private final int[] last;
    private final int[] firstReads;
    private final int[] secondReads;
    private final ChainKernel first;
    private final ChainKernel second;

    /** {@code types} of all values; numbers are of type {@code real}. */
    ChainHalves(Chain chain, DType[] types, DType real) {
        this.chain = chain;
        int inputs = chain.inputs();
        int half = chain.steps().size() / 2;
        int border = inputs + half;
        stored = IntStream.range(inputs, border).filter(v -> isReadFrom(v, half)).toArray();
        last = Arrays.stream(chain.results()).filter(v -> v >= border).distinct().toArray();
        Chain front = new Chain(inputs, chain.steps().subList(0, half), stored);
        firstReads = reads(front);
        first = new ChainKernel(front.compact(firstReads), pick(types, firstReads), real);
        // The second half takes the inputs and the stored values.
        int[] names = new int[types.length];
        for (int i = 0; i < inputs; i++) names[i] = i;
        for (int k = 0; k < stored.length; k++) names[stored[k]] = inputs + k;
        for (int v = border; v < names.length; v++) names[v] = inputs + stored.length + v - border;
        DType[] restTypes = Arrays.copyOf(types, inputs + stored.length);
        for (int k = 0; k < stored.length; k++) restTypes[inputs + k] = types[stored[k]];
        Chain back = new Chain(restTypes.length, chain.steps().subList(half, chain.steps().size()).stream()
                .map(step -> new Chain.Step(step.operation(), step.params(), Chain.renamed(step.args(), names))).toList(), Chain.renamed(last, names));
        secondReads = reads(back);
        second = new ChainKernel(back.compact(secondReads), pick(restTypes, secondReads), real);
    }

    private static int[] reads(Chain chain) {
        return IntStream.range(0, chain.inputs()).filter(chain::reads).toArray();
    }

    private static DType[] pick(DType[] types, int[] which) {
        return Arrays.stream(which).mapToObj(i -> types[i]).toArray(DType[]::new);
    }

    private static Tensor[] pick(Tensor[] tensors, int[] which) {
        return Arrays.stream(which).mapToObj(i -> tensors[i]).toArray(Tensor[]::new);
    }

    /** True when {@code value} is a result, or an argument of a step from {@code step} on. */
    private boolean isReadFrom(int value, int step) {
        return Arrays.stream(chain.results()).anyMatch(v -> v == value)
                || chain.steps().stream().skip(step).anyMatch(s -> Arrays.stream(s.args()).anyMatch(v -> v == value));
    }

    Tensor[] run(Tensor[] inputs, Shape shape) {
        Tensor[] values = Arrays.copyOf(inputs, inputs.length + stored.length);
        Tensor[] computed = {};
        try {
            System.arraycopy(first.run(pick(inputs, firstReads), shape), 0, values, inputs.length, stored.length);
            computed = second.run(pick(values, secondReads), shape);
            Tensor[] results = new Tensor[chain.results().length];
            for (int r = 0; r < results.length; r++) {
                int v = chain.results()[r];
                int at = indexOf(stored, v);
                // A handle of its own for each result, even where two are one value.
                if (v < inputs.length) results[r] = Contiguous.copy(inputs[v].expand(shape));
                else results[r] = (at >= 0 ? values[inputs.length + at] : computed[indexOf(last, v)]).alias();
            }
            return results;
        } finally {
            for (int k = inputs.length; k < values.length; k++) if (values[k] != null) values[k].close();
            for (Tensor t : computed) t.close();
        }
    }

    private static int indexOf(int[] values, int value) {
        for (int k = 0; k < values.length; k++) if (values[k] == value) return k;
        return -1;
    }
}
