package dev.tenfold.methods.ntk;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.tensor.op.Pointwise;
import java.util.List;

/**
 * What an activation does to the covariance of Gaussian preactivations: for (u, v) ~ N(0, [[q1, s], [s, q2]]),
 * {@code covariance = E[phi(u) phi(v)]} and {@code derivative = E[phi'(u) phi'(v)]}, and on the diagonal {@code q -> E[phi(u)^2]}.
 * The first two are expressions in s = x(0), q1 = x(1), q2 = x(2); the covariance may also use the derivative, x(3).
 *
 * <p>Sources: Cho and Saul 2009 (ReLU), Williams 1997 (erf); a piecewise-linear {@code a min(x, 0) + b max(x, 0)} in between.
 * With {@code rho = s / sqrt(q1 q2)} clamped to [-1, 1] and {@code theta = acos rho}; a zero input has theta = pi/2. The root is
 * taken as {@code q sqrt(q' / q)} with q the larger: it neither over- nor underflows, and is q, exactly, for equal variances.
 *
 * @param name       for messages
 * @param derivative E[phi' phi']
 * @param covariance E[phi phi], given the derivative
 * @param diagonal   E[phi^2], in q = x(0)
 * @param slopes     the derivatives of these
 */
public record DualActivation(String name, Expr derivative, Expr covariance, Expr diagonal, Slopes slopes) {
    /**
     * Derivatives with respect to s and q1, from which those with respect to q2 follow by symmetry. Where they, or their own
     * derivatives, do not exist (rho = +-1, a zero input) those are 0.
     *
     * @param derivativeByS  d E[phi' phi'] / ds
     * @param derivativeByQ  d E[phi' phi'] / dq1
     * @param covarianceByS  d E[phi phi] / ds, which is E[phi' phi'] (Price 1958)
     * @param covarianceByQ  d E[phi phi] / dq1
     */
    public record Slopes(Expr derivativeByS, Expr derivativeByQ, Expr covarianceByS, Expr covarianceByQ) {
    }

    private static final Expr S = x(0);
    private static final Expr Q1 = x(1);
    private static final Expr Q2 = x(2);
    private static final Expr D = x(3);

    /** {@code max(x, 0)}. */
    public static final DualActivation RELU = piecewiseLinear("relu", 0, 1);
    /** The error function. */
    public static final DualActivation ERF = erf();

    /** {@code a min(x, 0) + b max(x, 0)}. */
    public static DualActivation piecewiseLinear(String name, double a, double b) {
        if (!Double.isFinite(a) || !Double.isFinite(b)) throw new IllegalArgumentException(name + ": slopes " + a + " and " + b + " must be finite");
        double kink = (a - b) * (a - b) / (2 * Math.PI);
        Expr larger = Q1.max(Q2);
        Expr scale = larger.gt(c(0)).select(larger.mul(Q1.min(Q2).div(larger).sqrt()), c(0));
        Expr rho = scale.gt(c(0)).select(S.div(scale), c(0)).max(c(-1)).min(c(1));
        Expr theta = Expr.of(Fn.ACOS, rho);
        Expr derivative = c((a * a + b * b) / 2).sub(theta.mul(kink));
        Expr root = scale.mul(c(1).sub(rho).mul(c(1).add(rho)).sqrt());
        Expr byS = root.gt(c(0)).select(c(kink).div(root), c(0));
        Expr byQ = root.mul(Q1).gt(c(0)).select(S.mul(-kink / 2).div(root.mul(Q1)), c(0));
        // At rho = 1, 0, -1 theta is 0, pi/2, pi, and constant as far as derivatives go.
        Expr limit = c(1).sub(Expr.of(Fn.SIGN, S)).mul(Math.PI / 2);
        Expr covarianceByS = root.gt(c(0)).select(derivative, c((a * a + b * b) / 2).sub(limit.mul(kink)));
        Expr covarianceByQ = root.mul(Q1).gt(c(0)).select(root.mul(kink / 2).div(Q1), c(0));
        return new DualActivation(name, derivative, root.mul(kink).add(D.mul(S)), x(0).mul((a * a + b * b) / 2),
                new Slopes(byS, byQ, covarianceByS, covarianceByQ));
    }

    /** {@code R^2 = (1 + 2 q1)(1 + 2 q2) - 4 s^2}, written so that nothing cancels where the activation saturates: R is at least 1. */
    private static DualActivation erf() {
        Expr square = Q1.mul(Q2).sub(S.mul(S)).max(c(0)).mul(4).add(Q1.add(Q2).mul(2)).add(1);
        Expr r = square.sqrt();
        Expr derivative = c(4 / Math.PI).div(r);
        Expr covariance = Expr.of(Fn.ATAN2, S.mul(2), r).mul(2 / Math.PI);
        Expr cube = square.mul(r);
        Slopes slopes = new Slopes(S.mul(16 / Math.PI).div(cube), Q2.mul(2).add(1).mul(-4 / Math.PI).div(cube), derivative,
                S.mul(-4 / Math.PI).div(r.mul(Q1.mul(2).add(1))));
        Expr diagonal = Expr.of(Fn.ATAN2, x(0), x(0).add(0.25).sqrt()).mul(2 / Math.PI);
        return new DualActivation("erf", derivative, covariance, diagonal, slopes);
    }

    /** E[phi' phi'] as an operation on (s, q1, q2), with gradients. */
    Pointwise derivativeOperation() {
        return Pointwise.of(name + "DualDerivative", 3, Pointwise.Result.SAME, derivative,
                Pointwise.G.mul(slopes.derivativeByS), Pointwise.G.mul(slopes.derivativeByQ), Pointwise.G.mul(exchanged(slopes.derivativeByQ)));
    }

    /** E[phi phi] as an operation on (s, q1, q2), with gradients. */
    Pointwise covarianceOperation() {
        return Pointwise.of(name + "Dual", 3, Pointwise.Result.SAME, covariance.substitute(List.of(S, Q1, Q2, derivative)),
                Pointwise.G.mul(slopes.covarianceByS), Pointwise.G.mul(slopes.covarianceByQ), Pointwise.G.mul(exchanged(slopes.covarianceByQ)));
    }

    /** E[phi^2] as an operation on q. */
    Pointwise diagonalOperation() {
        return Pointwise.of(name + "DualDiagonal", 1, Pointwise.Result.SAME, diagonal);
    }

    private static Expr exchanged(Expr expr) {
        return expr.substitute(List.of(S, Q2, Q1));
    }
}
