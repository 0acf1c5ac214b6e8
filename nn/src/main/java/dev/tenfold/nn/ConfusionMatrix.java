package dev.tenfold.nn;

/**
 * How often each class was predicted for each label, and what follows from that. Predictions are added batch by batch. A measure that
 * would divide by zero is NaN: the recall of a class without examples, the precision of one that was never predicted.
 */
public final class ConfusionMatrix {
    private final int classes;
    private final long[][] counts;

    public ConfusionMatrix(int classes) {
        if (classes < 1) throw new IllegalArgumentException("ConfusionMatrix: " + classes + " classes; at least one is needed");
        this.classes = classes;
        this.counts = new long[classes][classes];
    }

    /**
     * Counts a batch. Returns this.
     *
     * @throws IllegalArgumentException when a label or prediction is no class, or their numbers differ; nothing is counted then
     */
    public ConfusionMatrix add(long[] predictions, long[] labels) {
        if (predictions.length != labels.length) {
            throw new IllegalArgumentException("ConfusionMatrix: " + predictions.length + " predictions for " + labels.length + " labels");
        }
        for (int i = 0; i < labels.length; i++) {
            Metrics.requireClass("ConfusionMatrix", labels[i], classes, i);
            Metrics.requireClass("ConfusionMatrix, predicted", predictions[i], classes, i);
        }
        for (int i = 0; i < labels.length; i++) counts[(int) labels[i]][(int) predictions[i]]++;
        return this;
    }

    /** How often {@code prediction} was said of {@code label}. */
    public long count(int label, int prediction) {
        return counts[label][prediction];
    }

    /** How many examples the class has. */
    public long examples(int label) {
        long sum = 0;
        for (long count : counts[label]) sum += count;
        return sum;
    }

    /** How often the class was predicted. */
    public long predicted(int prediction) {
        long sum = 0;
        for (long[] row : counts) sum += row[prediction];
        return sum;
    }

    /** The share of all predictions that are right. */
    public double accuracy() {
        long hits = 0;
        long all = 0;
        for (int c = 0; c < classes; c++) {
            hits += counts[c][c];
            all += examples(c);
        }
        return (double) hits / all;
    }

    /** The share of the class's examples that were recognised. */
    public double recall(int label) {
        return (double) counts[label][label] / examples(label);
    }

    /** The share of the predictions of a class that are right. */
    public double precision(int prediction) {
        return (double) counts[prediction][prediction] / predicted(prediction);
    }

    /** The harmonic mean of precision and recall, {@code 2 hits / (examples + predicted)}; NaN when the class neither occurs nor is predicted. */
    public double f1(int label) {
        return 2.0 * counts[label][label] / (examples(label) + predicted(label));
    }

    /** The mean recall of the classes that occur. */
    public double balancedAccuracy() {
        double sum = 0;
        int present = 0;
        for (int c = 0; c < classes; c++) {
            if (examples(c) == 0) continue;
            sum += recall(c);
            present++;
        }
        return sum / present;
    }

    /** The mean F1 of the classes that occur or are predicted. */
    public double macroF1() {
        double sum = 0;
        int present = 0;
        for (int c = 0; c < classes; c++) {
            if (examples(c) + predicted(c) == 0) continue;
            sum += f1(c);
            present++;
        }
        return sum / present;
    }
}
