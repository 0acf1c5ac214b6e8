package dev.tenfold.tensor.op;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The gradients of a {@link Chain} as a chain: every step's own gradients, in the order in which a walk backward over the single
 * operations would compute and add them, so that the bits are the same. Its inputs are the chain's inputs, its results and their
 * gradients, as far as they are needed.
 *
 * @param chain   gives out the gradients
 * @param sources what each of its inputs is: i is input i, {@code n + r} result r, {@code n + m + r} the gradient of result r, of a chain
 *                of n inputs and m results
 * @param wanted  which input each of its results is the gradient of
 */
record ChainGradient(Chain chain, int[] sources, int[] wanted) {
    private static final double[] NO_PARAMS = {};

    /**
     * The gradients of the inputs named by the bits of {@code needs}.
     *
     * @param resultsKnown whether results may be read; otherwise they are computed anew where a gradient depends on them
     */
    static ChainGradient of(Chain f, long needs, boolean resultsKnown) {
        int n = f.inputs();
        int m = f.results().length;
        int values = n + f.steps().size();
        Chain.Builder b = new Chain.Builder(n + 2 * m);
        int[] value = new int[values];
        boolean[] active = new boolean[values];
        for (int v = 0; v < values; v++) {
            Chain.Step step = f.step(v);
            int result = resultsKnown ? indexOf(f.results(), v) : -1;
            active[v] = step == null ? (needs >>> v & 1) != 0 : Arrays.stream(step.args()).anyMatch(arg -> active[arg]);
            if (step == null) value[v] = v;
            else value[v] = result >= 0 ? n + result : b.add(step.operation(), step.params(), Arrays.stream(step.args()).map(arg -> value[arg]).toArray());
        }
        int[] gradient = new int[values];
        Arrays.fill(gradient, -1);
        for (int r = 0; r < m; r++) arrive(b, gradient, f.results()[r], n + m + r);
        for (int v = values - 1; v >= n; v--) if (gradient[v] >= 0 && active[v]) back(f.step(v), v, b, value, active, gradient);
        int[] wanted = IntStream.range(0, n).filter(i -> (needs >>> i & 1) != 0 && gradient[i] >= 0).toArray();
        Chain whole = b.build(Arrays.stream(wanted).map(i -> gradient[i]).toArray());
        long read = whole.read();
        int[] sources = IntStream.range(0, whole.inputs()).filter(i -> (read >>> i & 1) != 0).toArray();
        return new ChainGradient(whole.compact(sources), sources, wanted);
    }

    private static int indexOf(int[] values, int value) {
        for (int k = 0; k < values.length; k++) if (values[k] == value) return k;
        return -1;
    }

    private static void back(Chain.Step step, int v, Chain.Builder b, int[] value, boolean[] active, int[] gradient) {
        for (int i = 0; i < step.args().length; i++) {
            int arg = step.args()[i];
            if (!active[arg]) continue;
            Pointwise.Derived derived = step.operation().gradientOf(i);
            if (derived == Pointwise.NONE) continue;
            int own = gradient[v];
            if (derived != Pointwise.PASSED_ON) {
                int[] operands = Arrays.stream(derived.sources()).map(source -> switch (source) {
                    case Pointwise.Y_INDEX -> value[v];
                    case Pointwise.G_INDEX -> gradient[v];
                    default -> value[step.args()[source]];
                }).toArray();
                own = b.add(derived.operation(), step.params(), operands);
            }
            arrive(b, gradient, arg, own);
        }
    }

    private static void arrive(Chain.Builder b, int[] gradient, int value, int more) {
        gradient[value] = gradient[value] < 0 ? more : b.add(Elementwise.ADD, NO_PARAMS, gradient[value], more);
    }
}
