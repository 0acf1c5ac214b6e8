package dev.tenfold.methods.squareloss;

import dev.tenfold.nn.Metrics;
import dev.tenfold.tensor.Tensor;

/**
 * How honest a classifier is about its confidence, {@code max_k p_k} clipped to [0, 1].
 *
 * @param accuracy       share of right answers
 * @param error          expected calibration error over {@value #BINS} equal bins (Guo et al. 2017)
 * @param meanConfidence mean of the clipped confidences
 * @param clipped        share of examples whose confidence was above 1
 * @param bins           the reliability diagram
 */
public record Calibration(double accuracy, double error, double meanConfidence, double clipped, Metrics.Bin[] bins) {
    /** Guo et al. 2017. */
    public static final int BINS = 15;

    /**
     * Measures claimed probabilities.
     *
     * @param probabilities [n, K], not clipped
     * @param labels        the right answers
     */
    public static Calibration of(Tensor probabilities, long[] labels) {
        if (probabilities.rank() != 2 || probabilities.size(0) != labels.length || labels.length == 0) {
            throw new IllegalArgumentException("calibration: probabilities " + probabilities.shape() + " and " + labels.length + " labels; they must be [n, K] and n, n at least 1");
        }
        int n = labels.length;
        int k = (int) probabilities.size(1);
        double[] p = probabilities.toDoubles();
        double[] confidences = new double[n];
        boolean[] correct = new boolean[n];
        double sum = 0;
        int hits = 0;
        int clips = 0;
        for (int i = 0; i < n; i++) {
            int answer = 0;
            for (int c = 1; c < k; c++) if (p[i * k + c] > p[i * k + answer]) answer = c;
            double claimed = p[i * k + answer];
            if (!Double.isFinite(claimed)) throw new IllegalArgumentException("calibration: example " + i + " has the probability " + claimed);
            // The largest of K numbers of sum 1 is positive; with one-hot targets the sum is free.
            if (claimed > 1 || claimed < 0) clips++;
            confidences[i] = Math.clamp(claimed, 0.0, 1.0);
            correct[i] = answer == labels[i];
            sum += confidences[i];
            if (correct[i]) hits++;
        }
        return new Calibration((double) hits / n, Metrics.expectedCalibrationError(confidences, correct, BINS), sum / n, (double) clips / n,
                Metrics.reliability(confidences, correct, BINS));
    }
}
