package dev.tenfold.tensor.op;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;
import static dev.tenfold.tensor.op.Pointwise.G;
import static dev.tenfold.tensor.op.Pointwise.Y;

import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.tensor.op.Pointwise.Result;
import java.util.ArrayList;
import java.util.List;

/**
 * The table of element-wise operations: name, what it computes, and its gradient where the derived one would recompute what
 * the result already holds. Everything else about them lives in {@link Pointwise}.
 */
public final class Elementwise {
    private static final List<Pointwise> TABLE = new ArrayList<>();
    private static final Expr A = x(0);
    private static final Expr B = x(1);

    // Arithmetic
    public static final Pointwise ADD = same("add", 2, A.add(B), G, G);
    public static final Pointwise SUB = same("sub", 2, A.sub(B), G, G.neg());
    public static final Pointwise MUL = same("mul", 2, A.mul(B), G.mul(B), G.mul(A));
    public static final Pointwise DIV = real("div", 2, A.div(B), G.div(B), G.neg().mul(Y).div(B));
    public static final Pointwise NEG = same("neg", 1, A.neg(), G.neg());
    public static final Pointwise ABS = same("abs", 1, A.abs());
    public static final Pointwise SQUARE = same("square", 1, A.mul(A), G.mul(A.mul(2)));
    public static final Pointwise MAXIMUM = same("maximum", 2, A.max(B));
    public static final Pointwise MINIMUM = same("minimum", 2, A.min(B));
    public static final Pointwise REMAINDER = same("remainder", 2, Expr.of(Fn.REMAINDER, A, B));
    public static final Pointwise FLOOR_DIVIDE = same("floorDivide", 2, Expr.of(Fn.FLOOR_DIV, A, B), c(0), c(0));
    /** {@code a + p0}. */
    public static final Pointwise ADD_SCALAR = same("addScalar", 1, A.add(p(0)), G);
    /** {@code a p0}. */
    public static final Pointwise MUL_SCALAR = same("mulScalar", 1, A.mul(p(0)), G.mul(p(0)));
    /** {@code p0 - a}. */
    public static final Pointwise SCALAR_SUB = same("scalarSub", 1, p(0).sub(A), G.neg());
    /** {@code p0 / a}. */
    public static final Pointwise SCALAR_DIV = real("scalarDiv", 1, p(0).div(A), G.neg().mul(Y).div(A));
    /** {@code a + p0 b}. */
    public static final Pointwise ADD_SCALED = same("addScaled", 2, A.add(B.mul(p(0))), G, G.mul(p(0)));
    /** {@code min(max(a, p0), p1)}; the gradient passes where {@code p0 <= a <= p1}. */
    public static final Pointwise CLAMP = same("clamp", 1, A.max(p(0)).min(p(1)),
            Expr.of(Fn.AND, Expr.of(Fn.GE, A, p(0)), Expr.of(Fn.LE, A, p(1))).select(G, c(0)));
    /** {@code a b + c}, rounded once. */
    public static final Pointwise MULTIPLY_ADD = real("multiplyAdd", 3, Expr.of(Fn.FMA, A, B, x(2)));

    // Powers, exponentials, logarithms
    public static final Pointwise SQRT = real("sqrt", 1, A.sqrt(), G.mul(0.5).div(Y));
    public static final Pointwise RSQRT = real("rsqrt", 1, c(1).div(A.sqrt()), G.mul(-0.5).mul(Y).div(A));
    public static final Pointwise RECIPROCAL = real("reciprocal", 1, c(1).div(A), G.neg().mul(Y).mul(Y));
    public static final Pointwise EXP = real("exp", 1, A.exp(), G.mul(Y));
    public static final Pointwise EXPM1 = real("expm1", 1, Expr.of(Fn.EXPM1, A), G.mul(Y.add(1)));
    public static final Pointwise LOG = real("log", 1, A.log(), G.div(A));
    public static final Pointwise LOG1P = real("log1p", 1, Expr.of(Fn.LOG1P, A), G.div(A.add(1)));
    public static final Pointwise POW = real("pow", 2, Expr.of(Fn.POW, A, B),
            G.mul(B).mul(Expr.of(Fn.POW, A, B.sub(1))), A.eq(c(0)).select(c(0), G.mul(Y).mul(A.log())));
    /** {@code a^p0}. */
    public static final Pointwise POW_SCALAR = real("powScalar", 1, Expr.of(Fn.POW, A, p(0)),
            G.mul(p(0)).mul(Expr.of(Fn.POW, A, p(0).sub(1))));

    // Trigonometry and special functions
    public static final Pointwise SIN = real("sin", 1, Expr.of(Fn.SIN, A));
    public static final Pointwise COS = real("cos", 1, Expr.of(Fn.COS, A));
    public static final Pointwise ASIN = real("asin", 1, Expr.of(Fn.ASIN, A));
    public static final Pointwise ACOS = real("acos", 1, Expr.of(Fn.ACOS, A));
    public static final Pointwise ATAN = real("atan", 1, Expr.of(Fn.ATAN, A));
    /** {@code atan2(a, b)}: the angle of the point (b, a). */
    public static final Pointwise ATAN2 = real("atan2", 2, Expr.of(Fn.ATAN2, A, B));
    public static final Pointwise TANH = real("tanh", 1, A.tanh(), G.mul(c(1).sub(Y.mul(Y))));
    public static final Pointwise ERF = real("erf", 1, Expr.of(Fn.ERF, A));
    public static final Pointwise LGAMMA = real("lgamma", 1, Expr.of(Fn.LGAMMA, A));
    public static final Pointwise DIGAMMA = real("digamma", 1, Expr.of(Fn.DIGAMMA, A));

    // Activations
    public static final Pointwise RELU = same("relu", 1, A.max(c(0)), Y.gt(c(0)).select(G, c(0)));
    /** {@code a > 0 ? a : p0 a}. */
    public static final Pointwise LEAKY_RELU = real("leakyRelu", 1, A.gt(c(0)).select(A, A.mul(p(0))),
            A.gt(c(0)).select(G, G.mul(p(0))));
    /** {@code a > 0 ? a : p0 (exp(a) - 1)}. */
    public static final Pointwise ELU = real("elu", 1, A.gt(c(0)).select(A, Expr.of(Fn.EXPM1, A.min(c(0))).mul(p(0))),
            A.gt(c(0)).select(G, G.mul(p(0)).mul(A.min(c(0)).exp())));
    /** {@code 1 / (1 + exp(-a))}, computed without overflow from {@code exp(-|a|)}. */
    public static final Pointwise SIGMOID = real("sigmoid", 1, sigmoid(A), G.mul(Y).mul(c(1).sub(Y)));
    /** {@code log(1 + exp(a)) = max(a, 0) + log1p(exp(-|a|))}. */
    public static final Pointwise SOFTPLUS = real("softplus", 1,
            A.max(c(0)).add(Expr.of(Fn.LOG1P, A.abs().neg().exp())), G.mul(sigmoid(A)));
    /** {@code log(sigmoid(a)) = min(a, 0) - log1p(exp(-|a|))}. */
    public static final Pointwise LOG_SIGMOID = real("logSigmoid", 1,
            A.min(c(0)).sub(Expr.of(Fn.LOG1P, A.abs().neg().exp())), G.mul(sigmoid(A.neg())));
    /** {@code a sigmoid(a)} (Elfwing et al. 2017; also called swish). */
    public static final Pointwise SILU = real("silu", 1, A.mul(sigmoid(A)),
            G.mul(sigmoid(A)).mul(c(1).add(A.mul(c(1).sub(sigmoid(A))))));
    /** {@code a (1 + erf(a / sqrt 2)) / 2} (Hendrycks and Gimpel 2016). */
    public static final Pointwise GELU = real("gelu", 1, A.mul(0.5).mul(c(1).add(Expr.of(Fn.ERF, A.mul(Math.sqrt(0.5))))));

    // Rounding: gradients are zero
    public static final Pointwise FLOOR = same("floor", 1, Expr.of(Fn.FLOOR, A), c(0));
    public static final Pointwise CEIL = same("ceil", 1, Expr.of(Fn.CEIL, A), c(0));
    public static final Pointwise ROUND = same("round", 1, Expr.of(Fn.ROUND, A), c(0));
    public static final Pointwise SIGN = same("sign", 1, Expr.of(Fn.SIGN, A), c(0));

    // Conditions
    public static final Pointwise EQ = condition("eq", 2, Expr.of(Fn.EQ, A, B));
    public static final Pointwise NE = condition("ne", 2, Expr.of(Fn.NE, A, B));
    public static final Pointwise LT = condition("lt", 2, Expr.of(Fn.LT, A, B));
    public static final Pointwise LE = condition("le", 2, Expr.of(Fn.LE, A, B));
    public static final Pointwise GT = condition("gt", 2, Expr.of(Fn.GT, A, B));
    public static final Pointwise GE = condition("ge", 2, Expr.of(Fn.GE, A, B));
    public static final Pointwise EQ_SCALAR = condition("eqScalar", 1, Expr.of(Fn.EQ, A, p(0)));
    public static final Pointwise NE_SCALAR = condition("neScalar", 1, Expr.of(Fn.NE, A, p(0)));
    public static final Pointwise LT_SCALAR = condition("ltScalar", 1, Expr.of(Fn.LT, A, p(0)));
    public static final Pointwise LE_SCALAR = condition("leScalar", 1, Expr.of(Fn.LE, A, p(0)));
    public static final Pointwise GT_SCALAR = condition("gtScalar", 1, Expr.of(Fn.GT, A, p(0)));
    public static final Pointwise GE_SCALAR = condition("geScalar", 1, Expr.of(Fn.GE, A, p(0)));
    public static final Pointwise AND = condition("and", 2, Expr.of(Fn.AND, truth(A), truth(B)));
    public static final Pointwise OR = condition("or", 2, Expr.of(Fn.OR, truth(A), truth(B)));
    public static final Pointwise NOT = condition("not", 1, A.eq(c(0)));
    public static final Pointwise IS_NAN = condition("isNan", 1, Expr.of(Fn.IS_NAN, A));
    public static final Pointwise IS_FINITE = condition("isFinite", 1, A.sub(A).eq(c(0)));

    /** {@code where(condition, a, b)}. */
    public static final Pointwise WHERE = entry(Pointwise.of("where", 3, Result.SELECTED, truth(A).select(B, x(2)),
            c(0), truth(A).select(G, c(0)), truth(A).select(c(0), G)));

    private Elementwise() {
    }

    /** Every entry, in the order of the table. */
    public static List<Pointwise> table() {
        return List.copyOf(TABLE);
    }

    private static Expr sigmoid(Expr a) {
        // |a| by a choice: at 0 it has the slope of one side, where abs has none and would lose the second derivative of softplus.
        Expr e = a.lt(c(0)).select(a, a.neg()).exp();
        return a.lt(c(0)).select(e, c(1)).div(e.add(1));
    }

    private static Expr truth(Expr a) {
        return Expr.of(Fn.NE, a, c(0));
    }

    private static Pointwise same(String name, int inputs, Expr value, Expr... gradients) {
        return entry(Pointwise.of(name, inputs, Result.SAME, value, gradients));
    }

    private static Pointwise real(String name, int inputs, Expr value, Expr... gradients) {
        return entry(Pointwise.of(name, inputs, Result.FLOAT, value, gradients));
    }

    private static Pointwise condition(String name, int inputs, Expr value) {
        Expr[] none = new Expr[inputs];
        java.util.Arrays.fill(none, c(0));
        return entry(Pointwise.of(name, inputs, Result.BOOL, value, none));
    }

    private static Pointwise entry(Pointwise operation) {
        TABLE.add(operation);
        return operation;
    }
}
