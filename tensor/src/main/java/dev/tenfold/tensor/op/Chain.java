package dev.tenfold.tensor.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Element-wise operations that follow one another: what {@code Fused} records. Values are numbered, inputs first, then the result of each
 * step.
 *
 * @param inputs  how many tensors the chain takes
 * @param steps   in an order in which each follows its arguments
 * @param results the values that are given out
 */
public record Chain(int inputs, List<Step> steps, int... results) {
    /**
     * One operation.
     *
     * @param params the operation's numbers
     * @param args   the values that it takes
     */
    public record Step(Pointwise operation, double[] params, int... args) {
    }

    /** Records a chain. */
    public static final class Builder {
        private final int inputs;
        private final List<Step> steps = new ArrayList<>();

        /** A chain of {@code inputs} inputs, at most 63. */
        public Builder(int inputs) {
            if (inputs < 1 || inputs > 63) throw new IllegalArgumentException("a chain takes 1 to 63 tensors, not " + inputs);
            this.inputs = inputs;
        }

        /** Adds a step; returns its value. */
        public int add(Pointwise operation, double[] params, int... args) {
            operation.checkCount(args.length);
            steps.add(new Step(operation, params, args));
            return inputs + steps.size() - 1;
        }

        /** The chain that gives out {@code results}, without the steps that do not lead to them. */
        public Chain build(int... results) {
            BitSet needed = new BitSet();
            for (int result : results) needed.set(result);
            for (int k = steps.size() - 1; k >= 0; k--) {
                if (needed.get(inputs + k)) for (int arg : steps.get(k).args) needed.set(arg);
            }
            int[] renamed = new int[inputs + steps.size()];
            for (int i = 0; i < inputs; i++) renamed[i] = i;
            List<Step> kept = new ArrayList<>();
            for (int k = 0; k < steps.size(); k++) {
                if (!needed.get(inputs + k)) continue;
                Step step = steps.get(k);
                renamed[inputs + k] = inputs + kept.size();
                kept.add(new Step(step.operation, step.params, renamed(step.args, renamed)));
            }
            return new Chain(inputs, List.copyOf(kept), renamed(results, renamed));
        }
    }

    /** The values under other names. */
    static int[] renamed(int[] values, int[] names) {
        return Arrays.stream(values).map(value -> names[value]).toArray();
    }

    /** The step that gives {@code value}, or null for an input. */
    Step step(int value) {
        return value < inputs ? null : steps.get(value - inputs);
    }

    /** True when a step or a result reads input {@code i}. */
    public boolean reads(int i) {
        return (read() >>> i & 1) != 0;
    }

    /** The inputs that steps or results read, as bits. */
    long read() {
        long read = 0;
        for (Step step : steps) for (int arg : step.args) if (arg < inputs) read |= 1L << arg;
        for (int result : results) if (result < inputs) read |= 1L << result;
        return read;
    }

    /** This chain without the inputs that it does not read: input k is the k-th of {@code read}. */
    Chain compact(int[] read) {
        int[] renamed = new int[inputs + steps.size()];
        for (int k = 0; k < read.length; k++) renamed[read[k]] = k;
        for (int k = 0; k < steps.size(); k++) renamed[inputs + k] = read.length + k;
        List<Step> kept = steps.stream().map(step -> new Step(step.operation, step.params, renamed(step.args, renamed))).toList();
        return new Chain(read.length, kept, renamed(results, renamed));
    }
}
