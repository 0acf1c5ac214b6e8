package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Cuts a {@link Chain} into loops: as many steps in each as the compiler makes good machine code of. */
final class ChainStages {
    /**
     * Primitive steps in one loop. Per tanh (about 45 of them) of 64 K floats, one thread: 49 us in a loop of one, 70 us of two, 101 us of
     * four, 118 us of six. Cheap chains of a dozen operations stay below.
     */
    private static final int MOST_STEPS = 64;

    private final Chain chain;
    private final DType[] types;
    private final DType real;
    private final List<Pipeline.Stage> stages = new ArrayList<>();
    /** The values that stages give out so far, as numbers of the chain's values. */
    private final List<Integer> given = new ArrayList<>();
    private final int[] places;

    /** {@code types} of all values; numbers are of type {@code real}. */
    ChainStages(Chain chain, DType[] types, DType real) {
        this.chain = chain;
        this.types = types;
        this.real = real;
        for (int from = 0; from < chain.steps().size(); ) {
            int to = end(from);
            add(from, to);
            from = to;
        }
        // What is given out as it came in, or twice, is copied.
        places = new int[chain.results().length];
        for (int r = 0; r < places.length; r++) {
            int value = chain.results()[r];
            if (isCopy(r)) stage(List.of(Expr.x(0)), List.of(value), new int[] {value}, new double[0]);
            places[r] = chain.inputs() + (isCopy(r) ? given.size() - 1 : given.indexOf(value));
        }
    }

    /** The stages, or null where they are one loop: {@link #only}. */
    Pipeline pipeline() {
        if (stages.size() == 1) return null;
        DType[] out = given.stream().map(v -> types[v]).toArray(DType[]::new);
        return new Pipeline(chain.inputs(), stages, out, places);
    }

    /** The only stage. */
    Pipeline.Stage only() {
        return stages.getFirst();
    }

    /** For each result, the number that its value has among the inputs and what stages give out. */
    int[] places() {
        return places;
    }

    private boolean isCopy(int result) {
        int value = chain.results()[result];
        return value < chain.inputs() || IntStream.range(0, result).anyMatch(r -> chain.results()[r] == value);
    }

    /** Where the loop that begins with step {@code from} ends. f16 and bf16 are rounded after every step, by storing them. */
    private int end(int from) {
        long cost = 0;
        BitSet read = new BitSet();
        int to = from;
        for (; to < chain.steps().size(); to++) {
            Chain.Step step = chain.steps().get(to);
            cost += step.operation().cost(real.compute());
            for (int arg : step.args()) if (arg < chain.inputs() + from) read.set(arg);
            if (to > from && (real.compute() != real || cost > MOST_STEPS || read.cardinality() > PointwiseKernel.MOST_INPUTS)) break;
        }
        return to;
    }

    private void add(int from, int to) {
        int first = chain.inputs() + from;
        int end = chain.inputs() + to;
        int[] results = IntStream.range(first, end).filter(v -> isReadFrom(v, to)).toArray();
        Map<Integer, Expr> trees = new LinkedHashMap<>();
        List<Integer> inputs = new ArrayList<>();
        List<Double> numbers = new ArrayList<>();
        for (int k = from; k < to; k++) {
            Chain.Step step = chain.steps().get(k);
            for (int arg : step.args()) {
                if (trees.containsKey(arg)) continue;
                trees.put(arg, Expr.x(inputs.size()));
                inputs.add(arg);
            }
            int before = numbers.size();
            trees.put(chain.inputs() + k, step.operation().value().replaceLeaves(leaf -> switch (leaf) {
                case Expr.Input x -> trees.get(step.args()[x.index()]);
                case Expr.Param p -> Expr.p(before + p.index());
                default -> leaf;
            }));
            for (double number : step.params()) numbers.add(number);
        }
        stage(Arrays.stream(results).mapToObj(trees::get).toList(), inputs, results, numbers.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private void stage(List<Expr> trees, List<Integer> inputs, int[] results, double[] params) {
        DType[] in = inputs.stream().map(v -> types[v]).toArray(DType[]::new);
        DType[] out = Arrays.stream(results).mapToObj(v -> types[v]).toArray(DType[]::new);
        PointwiseKernel kernel = PointwiseKernel.of(trees, in, real.compute(), out);
        int[] sources = inputs.stream().mapToInt(v -> v < chain.inputs() ? v : chain.inputs() + given.indexOf(v)).toArray();
        stages.add(new Pipeline.Stage(kernel, sources, params));
        for (int v : results) given.add(v);
    }

    /** True when {@code value} is a result, or an argument of a step from {@code step} on. */
    private boolean isReadFrom(int value, int step) {
        return Arrays.stream(chain.results()).anyMatch(v -> v == value)
                || chain.steps().stream().skip(step).anyMatch(s -> Arrays.stream(s.args()).anyMatch(v -> v == value));
    }
}
