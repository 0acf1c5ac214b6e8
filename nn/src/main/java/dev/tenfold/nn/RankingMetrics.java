package dev.tenfold.nn;

import java.util.Arrays;

/** Measurements of orders that scores give, on plain arrays. */
public final class RankingMetrics {
    private RankingMetrics() {
    }

    /**
     * The area under the ROC curve: the probability that a positive has a higher score than a negative, a tie counting as half (Mann and
     * Whitney 1947). Exact: pairs are counted as whole numbers, in n log n.
     *
     * @param scores any but NaN
     * @param labels 0 or 1, both present
     */
    public static double auc(double[] scores, long[] labels) {
        Metrics.requireEqual("auc", scores.length, labels.length);
        double[] positives = new double[scores.length];
        double[] negatives = new double[scores.length];
        int p = 0;
        int n = 0;
        for (int i = 0; i < scores.length; i++) {
            Metrics.requireClass("auc", labels[i], 2, i);
            requireNumber("auc", scores, i);
            if (labels[i] == 1) positives[p++] = scores[i];
            else negatives[n++] = scores[i];
        }
        if (p == 0 || n == 0) throw new IllegalArgumentException("auc: there are " + p + " positives and " + n + " negatives; both are needed");
        Arrays.sort(positives, 0, p);
        Arrays.sort(negatives, 0, n);
        long below = 0; // negatives below the positive at hand, and those equal to it
        long equal = 0;
        long twice = 0;
        for (int i = 0; i < p; i++) {
            while (below < n && negatives[(int) below] < positives[i]) below++;
            equal = Math.max(equal, below);
            while (equal < n && negatives[(int) equal] <= positives[i]) equal++;
            twice += below + equal;
        }
        return twice / (2.0 * p * n);
    }

    /**
     * The share of queries with at least one of their positives among the k highest similarities; of equal ones the first candidate counts
     * as higher.
     *
     * @param similarity row-major [queries, candidates]
     * @param positives  for each query the candidates that are right, at least one
     */
    public static double recallAtK(double[] similarity, int candidates, int[][] positives, int k) {
        requireRows("recallAtK", similarity, positives.length, candidates, k);
        int hits = 0;
        for (int q = 0; q < positives.length; q++) {
            if (positives[q].length == 0) throw new IllegalArgumentException("recallAtK: query " + q + " has no positives");
            boolean hit = false;
            for (int right : positives[q]) {
                Metrics.requireClass("recallAtK", right, candidates, q);
                hit |= rank(similarity, q * candidates, candidates, right) < k;
            }
            if (hit) hits++;
        }
        return (double) hits / positives.length;
    }

    /** How many of the {@code count} scores from {@code from} come before the one at {@code target}. */
    static int rank(double[] scores, int from, int count, int target) {
        double own = scores[from + target];
        int before = 0;
        for (int j = 0; j < count; j++) {
            double other = scores[from + j];
            if (other > own || other == own && j < target) before++;
        }
        return before;
    }

    static void requireRows(String name, double[] scores, int rows, int columns, int k) {
        if (rows == 0 || columns < 1 || (long) rows * columns != scores.length) {
            throw new IllegalArgumentException(name + ": " + scores.length + " scores are not " + rows + " rows of " + columns + "; at least one row is needed");
        }
        if (k < 1 || k > columns) throw new IllegalArgumentException(name + ": k is " + k + ", must be in 1 to " + columns);
        for (int i = 0; i < scores.length; i++) requireNumber(name, scores, i);
    }

    private static void requireNumber(String name, double[] scores, int at) {
        if (Double.isNaN(scores[at])) throw new IllegalArgumentException(name + ": the score at " + at + " is NaN");
    }
}
