package dev.tenfold.nn;

import dev.tenfold.tensor.Tensor;

/** Losses of a batch, as scalars. */
public final class Losses {
    private Losses() {
    }

    /**
     * Mean cross-entropy {@code -1/n sum_i log softmax(logits_i)[label_i]}.
     *
     * @param logits [n, classes]
     * @param labels i64 [n]
     */
    public static Tensor crossEntropy(Tensor logits, Tensor labels) {
        requireLabels("crossEntropy", logits, labels);
        return logits.logSoftmax(1).gather(1, labels.unsqueeze(1)).mean().neg();
    }

    /** Cross-entropy with label smoothing: the target puts {@code 1 - smoothing} on the label and spreads the rest over all classes. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
        if (smoothing < 0 || smoothing >= 1) throw new IllegalArgumentException("crossEntropy: smoothing " + smoothing + " is not in [0, 1)");
        requireLabels("crossEntropy", logits, labels);
        Tensor logs = logits.logSoftmax(1);
        Tensor hit = logs.gather(1, labels.unsqueeze(1)).mean().neg();
        return hit.mul(1 - smoothing).add(logs.mean().neg().mul(smoothing));
    }

    /** Mean cross-entropy against target distributions [n, classes]. */
    public static Tensor softCrossEntropy(Tensor logits, Tensor targets) {
        requireSame("softCrossEntropy", logits, targets);
        return logits.logSoftmax(1).mul(targets).sum(1).mean().neg();
    }

    /** Mean over the batch of the sum over coordinates of {@code (f - target)^2}; f and target [n, outputs]. */
    public static Tensor square(Tensor f, Tensor target) {
        requireSame("square loss", f, target);
        return f.sub(target).square().sum().div(f.size(0));
    }

    private static void requireLabels(String loss, Tensor logits, Tensor labels) {
        if (logits.rank() != 2 || labels.rank() != 1 || logits.size(0) != labels.size(0) || logits.size(0) == 0) {
            throw new IllegalArgumentException(loss + ": logits are " + logits.shape() + " and labels " + labels.shape()
                    + "; they must be [n, classes] and [n], n at least 1");
        }
    }

    private static void requireSame(String loss, Tensor f, Tensor target) {
        if (f.rank() != 2 || !f.shape().equals(target.shape()) || f.size(0) == 0) {
            throw new IllegalArgumentException(loss + ": outputs are " + f.shape() + " and targets " + target.shape() + "; both must be [n, outputs], n at least 1");
        }
    }
}
