package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import java.util.Arrays;

/** Which rows of a data set belong to which part of it. Rows of a part ascend. */
public final class Splits {
    private Splits() {
    }

    /** The rows of each class, from 0 to the largest label. */
    public static int[][] byClass(int[] labels) {
        int[] counts = classCounts(labels);
        int[][] rows = new int[counts.length][];
        for (int c = 0; c < rows.length; c++) rows[c] = new int[counts[c]];
        int[] filled = new int[counts.length];
        for (int i = 0; i < labels.length; i++) rows[labels[i]][filled[labels[i]]++] = i;
        return rows;
    }

    private static int[] classCounts(int[] labels) {
        int classes = 0;
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0) throw new IllegalArgumentException("Splits: label " + labels[i] + " of example " + i + " is negative");
            classes = Math.max(classes, labels[i] + 1);
        }
        int[] counts = new int[classes];
        for (int label : labels) counts[label]++;
        return counts;
    }

    /**
     * Two parts with the same shares of the classes: of each class, {@code round(share n_class)} examples chosen at random are in the second.
     *
     * @return the rows of both; either may be empty
     */
    public static int[][] stratified(int[] labels, double share, Generator generator) {
        int[] wanted = classCounts(labels);
        for (int c = 0; c < wanted.length; c++) wanted[c] = (int) Math.round(checked(share) * wanted[c]);
        boolean[] second = new boolean[labels.length];
        for (int row : Permutation.of(labels.length, generator)) {
            if (wanted[labels[row]] > 0) {
                wanted[labels[row]]--;
                second[row] = true;
            }
        }
        return parts(second);
    }

    /** Two parts, of which the second has {@code round(share size)} examples chosen at random. */
    public static int[][] random(int size, double share, Generator generator) {
        boolean[] second = new boolean[size];
        int[] order = Permutation.of(size, generator);
        long count = Math.round(checked(share) * size);
        for (int i = 0; i < count; i++) second[order[i]] = true;
        return parts(second);
    }

    private static double checked(double share) {
        if (!(share > 0 && share < 1)) throw new IllegalArgumentException("Splits: the share " + share + " is not between 0 and 1");
        return share;
    }

    private static int[][] parts(boolean[] second) {
        int[][] parts = {new int[second.length], new int[second.length]};
        int[] filled = new int[2];
        for (int i = 0; i < second.length; i++) {
            int part = second[i] ? 1 : 0;
            parts[part][filled[part]++] = i;
        }
        return new int[][] {Arrays.copyOf(parts[0], filled[0]), Arrays.copyOf(parts[1], filled[1])};
    }
}
