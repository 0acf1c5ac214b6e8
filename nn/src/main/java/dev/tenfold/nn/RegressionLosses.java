package dev.tenfold.nn;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;
import static dev.tenfold.tensor.op.Pointwise.G;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Pointwise;

/** Losses of predicted numbers, element by element: f and target of one shape. Half precision gives f32. */
public final class RegressionLosses {
    private static final Expr DIFFERENCE = x(0).sub(x(1));
    private static final Expr SMALL = DIFFERENCE.abs().min(p(0));
    private static final Expr CLIPPED = DIFFERENCE.min(p(0)).max(p(0).neg());
    // For |d| <= delta, m = |d| and m (|d| - m / 2) = d^2 / 2; beyond, m = delta. One expression, without a branch.
    private static final Pointwise HUBER = Pointwise.of("huber", 2, Pointwise.Result.FLOAT,
            SMALL.mul(DIFFERENCE.abs().sub(SMALL.mul(0.5))), G.mul(CLIPPED), G.mul(CLIPPED).neg());
    // x(0) mean, x(1) log-variance, x(2) target
    private static final Expr ERROR = x(0).sub(x(2));
    private static final Expr WEIGHTED = ERROR.mul(x(1).neg().exp());
    private static final Pointwise GAUSSIAN = Pointwise.of("gaussianNll", 3, Pointwise.Result.FLOAT, ERROR.mul(WEIGHTED).add(x(1)).mul(0.5),
            G.mul(WEIGHTED), G.mul(0.5).mul(c(1).sub(ERROR.mul(WEIGHTED))), G.mul(WEIGHTED).neg());

    private RegressionLosses() {
    }

    /** {@code (f - target)^2}; {@link Losses#square} sums over the outputs of a sample instead. */
    public static Tensor squaredError(Tensor f, Tensor target, Reduction reduction) {
        LossArguments.requireSame("squaredError", "f", f, "target", target);
        return reduction.of(LossArguments.wide(f).sub(target).square());
    }

    /** {@code |f - target|}. */
    public static Tensor absoluteError(Tensor f, Tensor target, Reduction reduction) {
        LossArguments.requireSame("absoluteError", "f", f, "target", target);
        return reduction.of(LossArguments.wide(f).sub(target).abs());
    }

    /** {@code d^2 / 2} where {@code |d| = |f - target| <= delta}, {@code delta (|d| - delta / 2)} beyond (Huber 1964). */
    public static Tensor huber(Tensor f, Tensor target, double delta, Reduction reduction) {
        LossArguments.requireSame("huber", "f", f, "target", target);
        LossArguments.requirePositive("huber", "delta", delta);
        return reduction.of(HUBER.apply(new double[] {delta}, LossArguments.wide(f), LossArguments.wide(target)));
    }

    /** {@code d^2 / (2 beta)} where {@code |d| <= beta}, {@code |d| - beta / 2} beyond (Girshick 2015): {@link #huber} over its delta. */
    public static Tensor smoothL1(Tensor f, Tensor target, double beta, Reduction reduction) {
        LossArguments.requireSame("smoothL1", "f", f, "target", target);
        LossArguments.requirePositive("smoothL1", "beta", beta);
        return reduction.of(HUBER.apply(new double[] {beta}, LossArguments.wide(f), LossArguments.wide(target)).div(beta));
    }

    /**
     * The negative log-likelihood {@code ((target - mean)^2 exp(-logVariance) + logVariance) / 2} of a Normal, without the constant
     * {@code log(2 pi) / 2} (Nix and Weigend 1994). The three have one shape.
     */
    public static Tensor gaussianNll(Tensor mean, Tensor logVariance, Tensor target, Reduction reduction) {
        LossArguments.requireSame("gaussianNll", "mean", mean, "logVariance", logVariance);
        LossArguments.requireSame("gaussianNll", "mean", mean, "target", target);
        return reduction.of(GAUSSIAN.apply(LossArguments.wide(mean), LossArguments.wide(logVariance), LossArguments.wide(target)));
    }

    /**
     * A log-variance that stays softly between two bounds, which may be learned (Chua, Calandra, McAllister, Levine 2018):
     * {@code v = high - softplus(high - raw)}, then {@code low + softplus(v - low)}. The bounds broadcast against raw. The result may
     * exceed {@code high} by {@code softplus(low - high)}.
     */
    public static Tensor softlyBounded(Tensor raw, Tensor low, Tensor high) {
        Tensor below = high.sub(high.sub(raw).softplus());
        return low.add(below.sub(low).softplus());
    }
}
