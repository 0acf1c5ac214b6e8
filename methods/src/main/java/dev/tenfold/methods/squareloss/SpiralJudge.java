package dev.tenfold.methods.squareloss;

import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * Error and margin of classifiers on {@link Spirals}. The margin of a point is the smallest radius of a grid at which one of {@value #DIRECTIONS}
 * directions changes the answer (the last radius when none does); reported is the 5th percentile.
 *
 * @param test  for the error
 * @param close how many of the test points the margin is measured on
 */
record SpiralJudge(Spirals test, int close) {
    private static final int DIRECTIONS = 16;
    private static final double STEP = 0.02;
    private static final int RADII = 15;

    /** What one classifier is worth. */
    record Verdict(double error, double margin) {
    }

    /** Judges several classifiers at once: {@code functions} maps points on the sphere [n, 3] to values [n, classifiers], whose signs are the answers. */
    Verdict[] judge(UnaryOperator<Tensor> functions) {
        try (NoGrad region = NoGrad.open()) {
            double[][] answers = values(functions, test.points());
            int k = answers[0].length;
            double[] errors = new double[k];
            for (int i = 0; i < answers.length; i++) for (int c = 0; c < k; c++) if (answers[i][c] * test.labels()[i] <= 0) errors[c]++;
            double[][] radii = new double[k][close];
            for (double[] row : radii) Arrays.fill(row, STEP * RADII);
            for (int r = RADII; r >= 1; r--) {
                double[][] moved = values(functions, around(STEP * r));
                for (int i = 0; i < close; i++) {
                    for (int c = 0; c < k; c++) if (flips(moved, i, c, answers[i][c])) radii[c][i] = STEP * r;
                }
            }
            Verdict[] verdicts = new Verdict[k];
            for (int c = 0; c < k; c++) verdicts[c] = new Verdict(errors[c] / answers.length, percentile(radii[c], 0.05));
            return verdicts;
        }
    }

    private static boolean flips(double[][] moved, int point, int classifier, double answer) {
        for (int d = 0; d < DIRECTIONS; d++) if ((moved[point * DIRECTIONS + d][classifier] > 0) != (answer > 0)) return true;
        return false;
    }

    private double[][] around(double radius) {
        double[][] moved = new double[close * DIRECTIONS][];
        for (int i = 0; i < moved.length; i++) {
            double[] x = test.points()[i / DIRECTIONS];
            double angle = 2 * Math.PI * (i % DIRECTIONS) / DIRECTIONS;
            moved[i] = new double[] {x[0] + radius * Math.cos(angle), x[1] + radius * Math.sin(angle)};
        }
        return moved;
    }

    private static double[][] values(UnaryOperator<Tensor> functions, double[][] points) {
        try (Scope scope = Scope.open()) {
            Tensor f = functions.apply(Spirals.sphere(points));
            int k = (int) f.size(1);
            double[] flat = f.toDoubles();
            double[][] values = new double[points.length][];
            for (int i = 0; i < values.length; i++) values[i] = Arrays.copyOfRange(flat, i * k, (i + 1) * k);
            return values;
        }
    }

    /** With linear interpolation between order statistics. */
    static double percentile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = share * (sorted.length - 1);
        int low = (int) at;
        int high = Math.min(low + 1, sorted.length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }
}
