package dev.tenfold.methods.ntk;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import java.util.function.DoubleUnaryOperator;

/**
 * What an activation does to the covariance of Gaussian preactivations: for (u, v) ~ N(0, [[q1, s], [s, q2]]),
 * {@code covariance = E[phi(u) phi(v)]} and {@code derivative = E[phi'(u) phi'(v)]}, and on the diagonal {@code q -> E[phi(u)^2]}.
 * Both are expressions in s = x(0), q1 = x(1), q2 = x(2); the covariance may also use the derivative, x(3).
 *
 * <p>Sources: Cho and Saul 2009 (ReLU), Williams 1997 (erf); a piecewise-linear {@code a min(x, 0) + b max(x, 0)} in between.
 * With {@code rho = s / sqrt(q1 q2)} clamped to [-1, 1] and {@code theta = acos rho}; a zero input has theta = pi/2.
 *
 * @param name       for messages
 * @param derivative E[phi' phi']
 * @param covariance E[phi phi], given the derivative
 * @param diagonal   E[phi^2] from the variance
 */
public record DualActivation(String name, Expr derivative, Expr covariance, DoubleUnaryOperator diagonal) {
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
        double kink = (a - b) * (a - b) / (2 * Math.PI);
        Expr scale = Q1.mul(Q2).sqrt();
        Expr rho = scale.gt(c(0)).select(S.div(scale), c(0)).max(c(-1)).min(c(1));
        Expr theta = Expr.of(Fn.ACOS, rho);
        Expr derivative = c((a * a + b * b) / 2).sub(theta.mul(kink));
        Expr sine = c(1).sub(rho).mul(c(1).add(rho)).sqrt();
        return new DualActivation(name, derivative, scale.mul(sine).mul(kink).add(D.mul(S)), q -> (a * a + b * b) * q / 2);
    }

    private static DualActivation erf() {
        Expr r = Q1.mul(2).add(1).mul(Q2.mul(2).add(1)).sub(S.mul(S).mul(4)).sqrt();
        Expr covariance = Expr.of(Fn.ATAN2, S.mul(2), r).mul(2 / Math.PI);
        return new DualActivation("erf", c(4 / Math.PI).div(r), covariance, q -> 2 / Math.PI * Math.atan2(q, Math.sqrt(q + 0.25)));
    }
}
