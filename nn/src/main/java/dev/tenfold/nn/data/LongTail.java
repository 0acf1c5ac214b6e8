package dev.tenfold.nn.data;

import dev.tenfold.tensor.Generator;
import java.util.Arrays;

/**
 * Makes a balanced set long-tailed, as CIFAR-LT is made (Cui et al. 2019): class c of C keeps {@code floor(n ratio^(-c / (C - 1)))}
 * examples, where n is the size of the largest class.
 */
public final class LongTail {
    private static final double GUARD = 1e-9; // powers that should be whole numbers come out a little below them

    private LongTail() {
    }

    /**
     * How many examples each class keeps.
     *
     * @param largest the size of class 0
     * @param ratio   of the largest to the smallest class, at least 1
     */
    public static int[] counts(int largest, int classes, double ratio) {
        if (largest < 1 || classes < 1 || !(ratio >= 1)) {
            throw new IllegalArgumentException("LongTail: " + classes + " classes from " + largest + " with ratio " + ratio + "; each must be at least 1");
        }
        int[] counts = new int[classes];
        for (int c = 0; c < classes; c++) {
            double share = classes == 1 ? 1 : Math.pow(1 / ratio, c / (classes - 1.0));
            counts[c] = (int) Math.floor(largest * share + GUARD);
        }
        return counts;
    }

    /**
     * The rows that stay, ascending; which ones of a class is random. A class that has fewer than its count keeps all.
     *
     * @throws IllegalArgumentException when a class has no example, or none would be left of it
     */
    public static int[] rows(int[] labels, double ratio, Generator generator) {
        int[][] byClass = Splits.byClass(labels);
        int largest = Arrays.stream(byClass).mapToInt(rows -> rows.length).max().orElse(0);
        int[] counts = counts(largest, byClass.length, ratio);
        int[] kept = new int[labels.length];
        int n = 0;
        for (int c = 0; c < byClass.length; c++) {
            int count = Math.min(counts[c], byClass[c].length);
            if (count == 0) throw new IllegalArgumentException("LongTail: class " + c + " keeps none of its " + byClass[c].length + " examples with ratio " + ratio);
            int[] order = Permutation.of(byClass[c].length, generator.fork(c));
            for (int i = 0; i < count; i++) kept[n++] = byClass[c][order[i]];
        }
        int[] rows = Arrays.copyOf(kept, n);
        Arrays.sort(rows);
        return rows;
    }
}
