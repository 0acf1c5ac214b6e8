package dev.tenfold.nn;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.x;
import static dev.tenfold.tensor.op.Pointwise.G;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;

/** Losses of classifiers beside cross-entropy, which is in {@link Losses}. Half precision gives f32. */
public final class ClassificationLosses {
    // x(0) logits l, x(1) targets t, x(2) weight w of the positive ones: w t softplus(-l) + (1 - t) softplus(l), where
    // softplus(l) = max(l, 0) + log(1 + exp(-|l|)). Both terms by themselves, since a sum such as l + softplus(-l) loses small values.
    // max and |l| are written as choices: at 0 those have the slopes of one side, of which the second derivative comes out right.
    private static final Expr BELOW = x(0).lt(c(0));
    private static final Expr TAIL = BELOW.select(x(0), x(0).neg()).exp();
    private static final Expr POSITIVE = BELOW.select(x(0).neg(), c(0)).add(Expr.of(Fn.LOG1P, TAIL));
    private static final Expr NEGATIVE = BELOW.select(c(0), x(0)).add(Expr.of(Fn.LOG1P, TAIL));
    private static final Expr SIGMOID = BELOW.select(TAIL, c(1)).div(TAIL.add(1));
    private static final Expr SIGMOID_OF_MINUS = BELOW.select(c(1), TAIL).div(TAIL.add(1));
    private static final Pointwise BINARY = Pointwise.of("binaryCrossEntropy", 3, Pointwise.Result.FLOAT,
            x(2).mul(x(1)).mul(POSITIVE).add(c(1).sub(x(1)).mul(NEGATIVE)),
            G.mul(c(1).sub(x(1)).mul(SIGMOID).sub(x(2).mul(x(1)).mul(SIGMOID_OF_MINUS))),
            G.mul(x(2).mul(POSITIVE).sub(NEGATIVE)),
            G.mul(x(1)).mul(POSITIVE));

    private ClassificationLosses() {
    }

    /**
     * Binary cross-entropy {@code -t log sigmoid(l) - (1 - t) log(1 - sigmoid(l))} of logits, computed without overflow or loss of small
     * values at any logit.
     *
     * @param logits  of any shape
     * @param targets probabilities in [0, 1], or 0 and 1, of the same shape
     */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets, Reduction reduction) {
        return binaryCrossEntropy(logits, targets, Tensors.scalar(logits.dtype(), 1), reduction);
    }

    /** {@code -w t log sigmoid(l) - (1 - t) log(1 - sigmoid(l))}, where w weights the positive part and broadcasts, as [classes] does. */
    public static Tensor binaryCrossEntropy(Tensor logits, Tensor targets, Tensor positiveWeight, Reduction reduction) {
        LossArguments.requireSame("binaryCrossEntropy", "logits", logits, "targets", targets);
        Tensor losses = BINARY.apply(LossArguments.wide(logits), LossArguments.wide(targets), LossArguments.wide(positiveWeight));
        if (!losses.shape().equals(logits.shape())) {
            throw new IllegalArgumentException("binaryCrossEntropy: positiveWeight " + positiveWeight.shape() + " does not broadcast to logits " + logits.shape());
        }
        return reduction.of(losses);
    }

    /** The hinge loss {@code max(0, 1 - sign f)}; {@code signs} are -1 or 1 and have f's shape (Cortes and Vapnik 1995). */
    public static Tensor hinge(Tensor f, Tensor signs, Reduction reduction) {
        LossArguments.requireSame("hinge", "f", f, "signs", signs);
        return reduction.of(LossArguments.wide(f).mul(signs).subFrom(1).relu());
    }

    /**
     * The multi-class margin loss of a sample, {@code sum_{j != y} max(0, margin - s_y + s_j) / classes} (Weston and Watkins 1999).
     *
     * @param scores [n, classes]
     * @param labels i64 [n]
     * @param margin above 0
     */
    public static Tensor multiMargin(Tensor scores, Tensor labels, double margin, Reduction reduction) {
        LossArguments.requireLabels("multiMargin", scores, labels);
        LossArguments.requirePositive("multiMargin", "margin", margin);
        Tensor wide = LossArguments.wide(scores);
        Tensor own = wide.gather(1, labels.unsqueeze(1));
        // The label's own term is the margin, whatever the scores: it is taken off, and its gradients cancel.
        Tensor sums = wide.sub(own).add(margin).relu().sum(1);
        return reduction.of(sums.sub(margin).div(scores.size(1)));
    }

    /**
     * The focal loss of a sample, {@code -(1 - p_y)^gamma log p_y} with {@code p = softmax(logits)} (Lin, Goyal, Girshick, He, Dollar 2017).
     *
     * @param logits [n, classes]
     * @param labels i64 [n]
     * @param gamma  0 (cross-entropy) or at least 1, below which the gradient has no bound as p_y goes to 1
     */
    public static Tensor focal(Tensor logits, Tensor labels, double gamma, Reduction reduction) {
        LossArguments.requireLabels("focal", logits, labels);
        if (gamma != 0 && !(gamma >= 1 && gamma < Double.POSITIVE_INFINITY)) throw new IllegalArgumentException("focal: gamma is " + gamma + ", must be 0 or at least 1");
        Tensor log = LossArguments.wide(logits).logSoftmax(1).gather(1, labels.unsqueeze(1)).squeeze(1);
        if (gamma == 0) return reduction.of(log.neg());
        // 1 - p_y as -expm1(log p_y) keeps its digits where p_y is close to 1.
        return reduction.of(log.expm1().neg().pow(gamma).mul(log.neg()));
    }
}
