package dev.tenfold.nn;

import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.CrossEntropy;

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
        return crossEntropy(logits, labels, 0);
    }

    /** Cross-entropy with label smoothing: the target puts {@code 1 - smoothing} on the label and spreads the rest over all classes. */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing) {
        return new CrossEntropy(smoothing, CrossEntropy.NONE, CrossEntropy.Reduction.MEAN).loss(logits, labels);
    }

    /**
     * Cross-entropy in which rows with the label {@code ignored} do not count.
     *
     * @param reduction the mean over the other rows, the sum, or the losses [n]
     */
    public static Tensor crossEntropy(Tensor logits, Tensor labels, double smoothing, long ignored, CrossEntropy.Reduction reduction) {
        return new CrossEntropy(smoothing, ignored, reduction).loss(logits, labels);
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

    private static void requireSame(String loss, Tensor f, Tensor target) {
        if (f.rank() != 2 || !f.shape().equals(target.shape()) || f.size(0) == 0) {
            throw new IllegalArgumentException(loss + ": outputs are " + f.shape() + " and targets " + target.shape() + "; both must be [n, outputs], n at least 1");
        }
    }
}
