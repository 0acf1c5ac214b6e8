package dev.tenfold.nn;

/** Measurements of classifiers on plain arrays. */
public final class Metrics {
    /** One bin of a reliability diagram. */
    public record Bin(long count, double confidence, double accuracy) {
    }

    private Metrics() {
    }

    /** The share of {@code predictions} that equal {@code labels}. */
    public static double accuracy(long[] predictions, long[] labels) {
        requireEqual("accuracy", predictions.length, labels.length);
        int hits = 0;
        for (int i = 0; i < labels.length; i++) if (predictions[i] == labels[i]) hits++;
        return (double) hits / labels.length;
    }

    private static void requireEqual(String name, int a, int b) {
        if (a != b || a == 0) throw new IllegalArgumentException(name + ": " + a + " against " + b + " entries; they must be equal in number and at least one");
    }

    /**
     * The bins {@code ((b - 1) / B, b / B]} of the confidences: a confidence on an edge belongs to the bin below it, 1 to the last,
     * 0 to the first.
     *
     * @param confidences in [0, 1]
     * @param correct     whether each prediction was right
     */
    public static Bin[] reliability(double[] confidences, boolean[] correct, int bins) {
        requireEqual("reliability", confidences.length, correct.length);
        if (bins < 1) throw new IllegalArgumentException("reliability: " + bins + " bins; at least one is needed");
        long[] counts = new long[bins];
        double[] sums = new double[bins];
        long[] hits = new long[bins];
        for (int i = 0; i < confidences.length; i++) {
            double c = confidences[i];
            if (!(c >= 0 && c <= 1)) throw new IllegalArgumentException("reliability: confidence " + c + " at " + i + " is not in [0, 1]");
            int b = Math.clamp((int) Math.ceil(c * bins) - 1, 0, bins - 1);
            counts[b]++;
            sums[b] += c;
            if (correct[i]) hits[b]++;
        }
        Bin[] result = new Bin[bins];
        for (int b = 0; b < bins; b++) {
            result[b] = new Bin(counts[b], counts[b] == 0 ? 0 : sums[b] / counts[b], counts[b] == 0 ? 0 : (double) hits[b] / counts[b]);
        }
        return result;
    }

    /** The expected calibration error {@code sum_b n_b / N |accuracy_b - confidence_b|} (Guo et al. 2017). */
    public static double expectedCalibrationError(double[] confidences, boolean[] correct, int bins) {
        double error = 0;
        for (Bin bin : reliability(confidences, correct, bins)) error += bin.count() * Math.abs(bin.accuracy() - bin.confidence());
        return error / confidences.length;
    }
}
