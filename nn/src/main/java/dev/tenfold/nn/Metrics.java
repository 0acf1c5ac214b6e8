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

    /**
     * The share of rows whose label is among the k highest scores; of equal scores the first counts as higher.
     *
     * @param scores  row-major [n, classes], finite or infinite
     * @param labels  n classes
     * @throws IllegalArgumentException when a score is NaN, a label no class, or the sizes do not fit
     */
    public static double topKAccuracy(double[] scores, int classes, long[] labels, int k) {
        RankingMetrics.requireRows("topKAccuracy", scores, labels.length, classes, k);
        int hits = 0;
        for (int i = 0; i < labels.length; i++) {
            requireClass("topKAccuracy", labels[i], classes, i);
            if (RankingMetrics.rank(scores, i * classes, classes, (int) labels[i]) < k) hits++;
        }
        return (double) hits / labels.length;
    }

    /**
     * The mean of {@code -log p(label)} of binary predictions, with probabilities clipped to [clip, 1 - clip].
     *
     * @param probabilities of label 1
     * @param labels        0 or 1
     */
    public static double logLoss(double[] probabilities, long[] labels, double clip) {
        requireEqual("logLoss", probabilities.length, labels.length);
        requireClip(clip);
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            requireClass("logLoss", labels[i], 2, i);
            double p = Math.clamp(probability(probabilities[i], i), clip, 1 - clip);
            sum -= labels[i] == 1 ? Math.log(p) : Math.log1p(-p);
        }
        return sum / labels.length;
    }

    /** The mean of {@code -log p(label)}, with probabilities row-major [n, classes] clipped to [clip, 1 - clip]. */
    public static double logLoss(double[] probabilities, int classes, long[] labels, double clip) {
        if (labels.length == 0 || classes < 1 || (long) labels.length * classes != probabilities.length) {
            throw new IllegalArgumentException("logLoss: " + probabilities.length + " probabilities are not " + labels.length + " rows of " + classes
                    + "; at least one row is needed");
        }
        requireClip(clip);
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            requireClass("logLoss", labels[i], classes, i);
            int at = i * classes + (int) labels[i];
            sum -= Math.log(Math.clamp(probability(probabilities[at], at), clip, 1 - clip));
        }
        return sum / labels.length;
    }

    /** {@code nats / (dimensions ln 2)}: the code length per number of a sample whose negative log-likelihood is {@code nats}. */
    public static double bitsPerDimension(double nats, long dimensions) {
        if (dimensions < 1) throw new IllegalArgumentException("bitsPerDimension: " + dimensions + " dimensions; at least one is needed");
        return nats / (dimensions * Math.log(2));
    }

    private static double probability(double p, int at) {
        if (!(p >= 0 && p <= 1)) throw new IllegalArgumentException("logLoss: probability " + p + " at " + at + " is not in [0, 1]");
        return p;
    }

    private static void requireClip(double clip) {
        if (!(clip >= 0 && clip < 0.5)) throw new IllegalArgumentException("logLoss: clip " + clip + " is not in [0, 0.5)");
    }

    static void requireClass(String name, long label, int classes, int at) {
        if (label < 0 || label >= classes) throw new IllegalArgumentException(name + ": label " + label + " at " + at + " is not in 0 to " + (classes - 1));
    }

    static void requireEqual(String name, int a, int b) {
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
