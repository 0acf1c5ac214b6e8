package dev.tenfold.nn.layers;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.tensor.op.Pointwise;

/**
 * {@code x Phi(x)} to single precision, for types of at most 32 bits: the normal distribution function as
 * {@code 1/2 + v P(v^2) / Q(v^2)} with v = x cut to +-5.6, beyond which it is 0 or 1 in f32. P and Q, of degree 5, were fitted to a
 * largest relative error of 2.2e-8. The error function that serves f64 too takes four times as long, which was a quarter of a
 * transformer's training step.
 */
final class SinglePrecisionGelu {
    private static final double CUT = 5.6;
    private static final double[] P = {0.398942272, 0.0339274075, 0.00467722184, 0.00016890887, 6.28930808e-06, 2.22966635e-08};
    private static final double[] Q = {1.0, 0.251709727, 0.0286765541, 0.00188537774, 7.33359251e-05, 1.17959993e-06};
    private static final Expr WITHIN = x(0).max(c(-CUT)).min(c(CUT));
    private static final Expr DISTRIBUTION = distribution();
    private static final Expr DENSITY = WITHIN.mul(WITHIN).mul(-0.5).exp().mul(1 / Math.sqrt(2 * Math.PI));
    private static final Expr BELOW = x(0).lt(c(-CUT));

    static final Pointwise OPERATION = Pointwise.of("geluSingle", 1, Pointwise.Result.FLOAT, BELOW.select(c(0), x(0).mul(DISTRIBUTION)),
            BELOW.select(c(0), Pointwise.G.mul(DISTRIBUTION.add(WITHIN.mul(DENSITY)))));

    private SinglePrecisionGelu() {
    }

    private static Expr distribution() {
        Expr square = WITHIN.mul(WITHIN);
        return WITHIN.mul(polynomial(P, square)).div(polynomial(Q, square)).add(0.5);
    }

    private static Expr polynomial(double[] rising, Expr t) {
        Expr sum = c(rising[rising.length - 1]);
        for (int i = rising.length - 2; i >= 0; i--) sum = sum.mul(t).add(rising[i]);
        return sum;
    }
}
