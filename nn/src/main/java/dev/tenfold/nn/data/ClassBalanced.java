package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import java.util.Arrays;

/**
 * Draws classes first and then their examples, for sets whose classes differ in size (Kang et al. 2020, equation 1): class c with
 * probability {@code n_c^q / sum_j n_j^q}. {@code q = 0} is class-balanced, {@code q = 1/2} square-root and {@code q = 1}
 * instance-balanced sampling. A class gives its examples in a random order, then in another one, so that none comes a third time before
 * each came twice.
 */
public final class ClassBalanced implements Order {
    private final int[][] examples; // of the classes that have any
    private final Choose classes;
    private final int size;
    private final int perDraw;
    private final int length;
    private final Generator generator;

    /**
     * {@code length} visits per epoch.
     *
     * @param labels  the class of each example, from 0
     * @param power   q, from 0 to 1
     * @param perDraw how many examples a drawn class gives one after another: 1, or 4 as in Kang et al.'s class-aware sampler
     */
    public ClassBalanced(int[] labels, double power, int perDraw, int length, Generator generator) {
        if (labels.length == 0 || perDraw < 1 || length < 1) {
            throw new IllegalArgumentException("ClassBalanced: " + labels.length + " examples, " + perDraw + " per draw, " + length + " visits; all must be at least 1");
        }
        if (!(power >= 0 && power <= 1)) throw new IllegalArgumentException("ClassBalanced: power " + power + " is not in [0, 1]");
        this.size = labels.length;
        this.perDraw = perDraw;
        this.length = length;
        this.generator = generator;
        examples = Arrays.stream(Splits.byClass(labels)).filter(rows -> rows.length > 0).toArray(int[][]::new);
        double[] weights = new double[examples.length];
        for (int c = 0; c < weights.length; c++) weights[c] = Math.pow(examples[c].length, power);
        classes = new Choose("ClassBalanced", weights);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int[] epoch(long epoch) {
        Generator ofEpoch = generator.fork(epoch);
        Draws draws = new Draws(ofEpoch);
        int[][] cycles = new int[examples.length][];
        int[] given = new int[examples.length];
        int[] rows = new int[length];
        for (int i = 0; i < length; ) {
            int c = classes.next(draws);
            int n = examples[c].length;
            for (int k = 0; k < perDraw && i < length; k++) {
                if (given[c] % n == 0) cycles[c] = Permutation.of(n, ofEpoch.fork(c).fork(given[c] / n));
                rows[i++] = examples[c][cycles[c][given[c]++ % n]];
            }
        }
        return rows;
    }
}
