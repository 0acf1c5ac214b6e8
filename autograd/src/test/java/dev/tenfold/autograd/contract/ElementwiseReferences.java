package dev.tenfold.autograd.contract;

import dev.tenfold.tensor.op.ElementwiseSamples;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** What each entry of the table of element-wise operations computes, in Java's own arithmetic. */
final class ElementwiseReferences {
    /** One element from those of the inputs ({@code x}) and the parameters ({@code p}). */
    private interface Scalar {
        double of(double[] x, double[] p);
    }

    private ElementwiseReferences() {
    }

    static void addTo(References references) {
        arithmetic(references);
        powers(references);
        trigonometry(references);
        activations(references);
        conditions(references);
    }

    private static void add(References references, String name, Scalar f) {
        double[] p = ElementwiseSamples.params(name);
        references.add(name, in -> Array.of(Array.broadcast(in), index -> {
            double[] x = new double[in.size()];
            for (int i = 0; i < x.length; i++) x[i] = in.get(i).broadcastAt(index);
            return f.of(x, p);
        }));
    }

    private static void arithmetic(References r) {
        add(r, "add", (x, p) -> x[0] + x[1]);
        add(r, "sub", (x, p) -> x[0] - x[1]);
        add(r, "mul", (x, p) -> x[0] * x[1]);
        add(r, "div", (x, p) -> x[0] / x[1]);
        add(r, "neg", (x, p) -> -x[0]);
        add(r, "abs", (x, p) -> Math.abs(x[0]));
        add(r, "square", (x, p) -> x[0] * x[0]);
        add(r, "maximum", (x, p) -> Math.max(x[0], x[1]));
        add(r, "minimum", (x, p) -> Math.min(x[0], x[1]));
        add(r, "remainder", (x, p) -> remainder(x[0], x[1]));
        add(r, "floorDivide", (x, p) -> floorDivide(x[0], x[1]));
        add(r, "addScalar", (x, p) -> x[0] + p[0]);
        add(r, "mulScalar", (x, p) -> x[0] * p[0]);
        add(r, "scalarSub", (x, p) -> p[0] - x[0]);
        add(r, "scalarDiv", (x, p) -> p[0] / x[0]);
        add(r, "addScaled", (x, p) -> x[0] + p[0] * x[1]);
        add(r, "multiplyAdd", (x, p) -> Math.fma(x[0], x[1], x[2]));
        add(r, "clamp", (x, p) -> Math.min(Math.max(x[0], p[0]), p[1]));
        add(r, "floor", (x, p) -> Math.floor(x[0]));
        add(r, "ceil", (x, p) -> Math.ceil(x[0]));
        add(r, "round", (x, p) -> Math.rint(x[0]));
        add(r, "sign", (x, p) -> Math.signum(x[0]));
    }

    /** Python's: the sign of the divisor. */
    private static double remainder(double a, double b) {
        double r = a % b;
        return r != 0 && (r < 0) != (b < 0) ? r + b : r;
    }

    /** The floor of the exact quotient, by decimal division. */
    private static double floorDivide(double a, double b) {
        if (!Double.isFinite(a) || Double.isNaN(b) || b == 0) return Math.floor(a / b);
        if (Double.isInfinite(b)) return a != 0 && (a < 0) != (b < 0) ? -1 : a / b;
        double floor = new BigDecimal(a).divide(new BigDecimal(b), 0, RoundingMode.FLOOR).doubleValue();
        return floor == 0 ? Math.copySign(0, a / b) : floor;
    }

    private static void powers(References r) {
        add(r, "sqrt", (x, p) -> Math.sqrt(x[0]));
        add(r, "rsqrt", (x, p) -> 1 / Math.sqrt(x[0]));
        add(r, "reciprocal", (x, p) -> 1 / x[0]);
        add(r, "exp", (x, p) -> Math.exp(x[0]));
        add(r, "expm1", (x, p) -> Math.expm1(x[0]));
        add(r, "log", (x, p) -> Math.log(x[0]));
        add(r, "log1p", (x, p) -> Math.log1p(x[0]));
        add(r, "pow", (x, p) -> Math.pow(x[0], x[1]));
        add(r, "powScalar", (x, p) -> Math.pow(x[0], p[0]));
    }

    private static void trigonometry(References r) {
        add(r, "sin", (x, p) -> Math.sin(x[0]));
        add(r, "cos", (x, p) -> Math.cos(x[0]));
        add(r, "asin", (x, p) -> Math.asin(x[0]));
        add(r, "acos", (x, p) -> Math.acos(x[0]));
        add(r, "atan", (x, p) -> Math.atan(x[0]));
        add(r, "atan2", (x, p) -> Math.atan2(x[0], x[1]));
        add(r, "tanh", (x, p) -> Math.tanh(x[0]));
        add(r, "erf", (x, p) -> SpecialFunctions.erf(x[0]));
        add(r, "lgamma", (x, p) -> SpecialFunctions.logGamma(x[0]));
        add(r, "digamma", (x, p) -> SpecialFunctions.digamma(x[0]));
    }

    private static void activations(References r) {
        add(r, "relu", (x, p) -> Math.max(x[0], 0));
        add(r, "leakyRelu", (x, p) -> x[0] > 0 ? x[0] : p[0] * x[0]);
        add(r, "elu", (x, p) -> x[0] > 0 ? x[0] : p[0] * Math.expm1(x[0]));
        add(r, "sigmoid", (x, p) -> 1 / (1 + Math.exp(-x[0])));
        add(r, "softplus", (x, p) -> x[0] > 700 ? x[0] : Math.log1p(Math.exp(x[0])));
        add(r, "logSigmoid", (x, p) -> x[0] < -700 ? x[0] : -Math.log1p(Math.exp(-x[0])));
        add(r, "silu", (x, p) -> x[0] / (1 + Math.exp(-x[0])));
        add(r, "gelu", (x, p) -> x[0] * 0.5 * (1 + SpecialFunctions.erf(x[0] / Math.sqrt(2))));
    }

    private static void conditions(References r) {
        condition(r, "eq", (x, p) -> x[0] == x[1]);
        condition(r, "ne", (x, p) -> x[0] != x[1]);
        condition(r, "lt", (x, p) -> x[0] < x[1]);
        condition(r, "le", (x, p) -> x[0] <= x[1]);
        condition(r, "gt", (x, p) -> x[0] > x[1]);
        condition(r, "ge", (x, p) -> x[0] >= x[1]);
        condition(r, "eqScalar", (x, p) -> x[0] == p[0]);
        condition(r, "neScalar", (x, p) -> x[0] != p[0]);
        condition(r, "ltScalar", (x, p) -> x[0] < p[0]);
        condition(r, "leScalar", (x, p) -> x[0] <= p[0]);
        condition(r, "gtScalar", (x, p) -> x[0] > p[0]);
        condition(r, "geScalar", (x, p) -> x[0] >= p[0]);
        condition(r, "and", (x, p) -> x[0] != 0 && x[1] != 0);
        condition(r, "or", (x, p) -> x[0] != 0 || x[1] != 0);
        condition(r, "not", (x, p) -> x[0] == 0);
        condition(r, "isNan", (x, p) -> Double.isNaN(x[0]));
        condition(r, "isFinite", (x, p) -> Double.isFinite(x[0]));
        add(r, "where", (x, p) -> x[0] != 0 ? x[1] : x[2]);
    }

    private interface Condition {
        boolean holds(double[] x, double[] p);
    }

    private static void condition(References references, String name, Condition f) {
        add(references, name, (x, p) -> f.holds(x, p) ? 1 : 0);
    }
}
