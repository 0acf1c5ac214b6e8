package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.expr.Ir.Node;
import dev.tenfold.kernels.expr.Ir.Step;

/**
 * Elementary functions of f32 and f64 as primitive steps: argument reduction and polynomials, after Cephes (S. Moshier) for
 * single and fdlibm (Sun Microsystems) for double precision, whose coefficients these are.
 */
final class FloatMath {
    private static final double[] EXP32 = {1.9875691500E-4, 1.3981999507E-3, 8.3334519073E-3, 4.1665795894E-2, 1.6666665459E-1, 5.0000001201E-1};
    // 1/k!, k = 13..2: the remainder on [-ln2/2, ln2/2] is 4e-18.
    private static final double[] EXP64 = inverseFactorials(13, 2);
    private static final double[] LOG32 = {7.0376836292E-2, -1.1514610310E-1, 1.1676998740E-1, -1.2420140846E-1, 1.4249322787E-1,
        -1.6668057665E-1, 2.0000714765E-1, -2.4999993993E-1, 3.3333331174E-1};
    private static final double[] LOG64 = {1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
        2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01};
    private static final double[] ASIN_P = {3.47933107596021167570e-05, 7.91534994289814532176e-04, -4.00555345006794114027e-02,
        2.01212532134862925881e-01, -3.25565818622400915405e-01, 1.66666666666666657415e-01};
    private static final double[] ASIN_Q = {7.70381505559019352791e-02, -6.88283971605453293030e-01, 2.02094576023350569471e+00,
        -2.40339491173441421878e+00, 1};
    private static final double LN2_HIGH_32 = 0.693359375;
    private static final double LN2_LOW_32 = -2.12194440e-4;
    private static final double LN2_HIGH_64 = 6.93147180369123816490e-01;
    private static final double LN2_LOW_64 = 1.90821492927058770002e-10;

    private final Ir ir;
    private final boolean wide;

    /** {@code wide}: f64, otherwise f32. */
    FloatMath(Ir ir, boolean wide) {
        this.ir = ir;
        this.wide = wide;
    }

    private static double[] inverseFactorials(int from, int to) {
        double[] values = new double[from - to + 1];
        for (int k = from; k >= to; k--) {
            double factorial = 1;
            for (int i = 2; i <= k; i++) factorial *= i;
            values[from - k] = 1 / factorial;
        }
        return values;
    }

    private Node n(double value) {
        return ir.number(value);
    }

    private int mantissaBits() {
        return wide ? 52 : 23;
    }

    /** 1.5 * 2^mantissa: added and subtracted it rounds to the nearest integer, ties to even. */
    private Node magic() {
        return n(wide ? 0x1.8p52 : 0x1.8p23);
    }

    /** Nearest integer, for |x| below 2^(mantissa - 2). */
    private Node nearest(Node x) {
        return ir.sub(ir.add(x, magic()), magic());
    }

    Node round(Node x) {
        Node limit = n(wide ? 0x1p52 : 0x1p23);
        Node two = n(wide ? 0x1p52 : 0x1p23);
        Node magnitude = ir.abs(x);
        // Rounding the magnitude and giving the sign back keeps -0.
        Node rounded = copySign(ir.sub(ir.add(magnitude, two), two), x);
        return ir.select(ir.lt(magnitude, limit), rounded, x);
    }

    private Node copySign(Node magnitude, Node sign) {
        long mask = wide ? Long.MIN_VALUE : 0x80000000L;
        Node s = ir.of(Step.BITS_AND, ir.of(Step.TO_BITS, sign), ir.bits(mask));
        return ir.of(Step.FROM_BITS, ir.of(Step.BITS_OR, ir.of(Step.TO_BITS, ir.abs(magnitude)), s));
    }

    Node floor(Node x) {
        Node r = round(x);
        return copyZero(ir.select(ir.lt(x, r), ir.sub(r, n(1)), r), x);
    }

    Node ceil(Node x) {
        Node r = round(x);
        return copyZero(ir.select(ir.lt(r, x), ir.add(r, n(1)), r), x);
    }

    /** Zero results keep the argument's sign, as Math.floor and Math.ceil give it. */
    private Node copyZero(Node result, Node x) {
        return ir.select(ir.of(Step.EQ, result, n(0)), copySign(result, x), result);
    }

    Node sign(Node x) {
        Node signed = copySign(n(1), x);
        return ir.select(ir.of(Step.NE, ir.abs(x), n(0)), ir.select(ir.of(Step.EQ, x, x), signed, x), x);
    }

    /** 2^k for an integer-valued k within the normal exponents. */
    private Node power2(Node k) {
        // k + magic has k in its lowest bits; adding the bias and shifting makes it the exponent.
        Node bits = ir.of(Step.TO_BITS, ir.add(k, magic()));
        Node biased = ir.of(Step.BITS_ADD, bits, ir.bits(wide ? 1023 : 127));
        return ir.of(Step.FROM_BITS, ir.shift(Step.SHIFT_LEFT, biased, mantissaBits()));
    }

    private record Reduced(Node k, Node r) {
    }

    private Reduced reduceExp(Node x) {
        Node k = nearest(ir.mul(x, n(1 / Math.log(2))));
        Node r = wide
                ? ir.fma(k, n(-LN2_LOW_64), ir.fma(k, n(-LN2_HIGH_64), x))
                : ir.fma(k, n(-LN2_LOW_32), ir.fma(k, n(-LN2_HIGH_32), x));
        return new Reduced(k, r);
    }

    /** {@code exp(r) - 1} for |r| <= ln2 / 2. */
    private Node expm1Core(Node r) {
        return ir.fma(ir.polynomial(r, wide ? EXP64 : EXP32), ir.mul(r, r), r);
    }

    Node exp(Node x) {
        double low = wide ? -746 : -104.5;
        double high = wide ? 710 : 89;
        Node clamped = ir.of(Step.MIN, ir.of(Step.MAX, x, n(low)), n(high));
        Reduced reduced = reduceExp(clamped);
        Node core = ir.add(expm1Core(reduced.r), n(1));
        // In two steps, since 2^k may leave the normal range where the result does not.
        Node half = nearest(ir.mul(reduced.k, n(0.5)));
        return ir.mul(ir.mul(core, power2(half)), power2(ir.sub(reduced.k, half)));
    }

    Node expm1(Node x) {
        double high = wide ? 710 : 89;
        Node clamped = ir.of(Step.MIN, ir.of(Step.MAX, x, n(-50)), n(high));
        Reduced reduced = reduceExp(clamped);
        Node half = nearest(ir.mul(reduced.k, n(0.5)));
        Node a = power2(half);
        Node b = power2(ir.sub(reduced.k, half));
        Node core = expm1Core(reduced.r);
        // 2^k (core + 1) - 1 = 2^k core + (2^k - 1), the factor 2^k = a b split against overflow.
        Node inner = ir.sub(b, ir.div(n(1), a));
        Node general = ir.mul(ir.fma(b, core, inner), a);
        Node small = ir.select(ir.of(Step.EQ, reduced.k, n(0)), core, general);
        return ir.select(ir.of(Step.EQ, x, n(0)), x, small);
    }

    Node log(Node x) {
        double tiny = wide ? 0x1p-1022 : 0x1p-126;
        Node subnormal = ir.lt(x, n(tiny));
        Node scaled = ir.select(subnormal, ir.mul(x, n(wide ? 0x1p54 : 0x1p25)), x);
        Node extra = ir.select(subnormal, n(wide ? -54 : -25), n(0));
        Node bits = ir.of(Step.TO_BITS, scaled);
        // Exponent so that the mantissa lies in [sqrt(1/2), sqrt(2)).
        long root = wide ? Double.doubleToLongBits(Math.sqrt(0.5)) : Float.floatToIntBits((float) Math.sqrt(0.5));
        Node shifted = ir.of(Step.BITS_SUB, bits, ir.bits(root));
        Node exponent = ir.shift(Step.SHIFT_RIGHT, shifted, mantissaBits());
        Node mantissa = ir.of(Step.FROM_BITS, ir.of(Step.BITS_SUB, bits, ir.shift(Step.SHIFT_LEFT, exponent, mantissaBits())));
        Node e = ir.add(fromSmallInteger(exponent), extra);
        Node f = ir.sub(mantissa, n(1));
        Node core = wide ? log64(f, e) : log32(f, e);
        Node finite = ir.select(ir.of(Step.EQ, x, n(Double.POSITIVE_INFINITY)), x, core);
        Node positive = ir.select(ir.of(Step.EQ, x, n(0)), n(Double.NEGATIVE_INFINITY), finite);
        Node nonNegative = ir.select(ir.lt(x, n(0)), n(Double.NaN), positive);
        return ir.select(ir.of(Step.EQ, x, x), nonNegative, x);
    }

    /** An integer in bits, |k| below 2^(mantissa - 2), as a number. */
    private Node fromSmallInteger(Node bits) {
        long magicBits = wide ? Double.doubleToLongBits(0x1.8p52) : Float.floatToIntBits(0x1.8p23f);
        return ir.sub(ir.of(Step.FROM_BITS, ir.of(Step.BITS_ADD, bits, ir.bits(magicBits))), magic());
    }

    private Node log32(Node f, Node e) {
        Node z = ir.mul(f, f);
        Node y = ir.mul(ir.mul(ir.polynomial(f, LOG32), f), z);
        y = ir.fma(e, n(LN2_LOW_32), y);
        y = ir.fma(z, n(-0.5), y);
        return ir.fma(e, n(LN2_HIGH_32), ir.add(f, y));
    }

    private Node log64(Node f, Node e) {
        Node s = ir.div(f, ir.add(f, n(2)));
        Node z = ir.mul(s, s);
        Node r = ir.mul(ir.polynomial(z, LOG64), z);
        Node halfSquare = ir.mul(ir.mul(n(0.5), f), f);
        Node tail = ir.fma(s, ir.add(halfSquare, r), ir.mul(e, n(LN2_LOW_64)));
        return ir.sub(ir.mul(e, n(LN2_HIGH_64)), ir.sub(ir.sub(halfSquare, tail), f));
    }

    Node log1p(Node x) {
        Node u = ir.add(x, n(1));
        // log(u) plus the first-order effect of the digits that 1 + x lost.
        Node lost = ir.sub(ir.sub(u, n(1)), x);
        Node corrected = ir.sub(log(u), ir.div(lost, u));
        Node regular = ir.of(Step.AND, ir.lt(n(0), u), ir.lt(u, n(Double.POSITIVE_INFINITY)));
        Node value = ir.select(regular, corrected, log(u));
        return ir.select(ir.of(Step.EQ, u, n(1)), x, value);
    }

    Node tanh(Node x) {
        double edge = wide ? 22 : 10;
        Node clamped = ir.of(Step.MAX, ir.of(Step.MIN, x, n(edge)), n(-edge));
        Node e = expm1(ir.add(clamped, clamped));
        Node value = ir.div(e, ir.add(e, n(2)));
        Node saturated = ir.lt(n(edge - 1), ir.abs(x));
        return ir.select(saturated, copySign(n(1), x), value);
    }

    /** fdlibm's rational approximations on four ranges of |x|, the tail with exp(-x^2) in two exact parts. */
    Node erf(Node x) {
        Node a = ir.abs(x);
        Node z = ir.mul(x, x);
        Node small = ir.fma(x, ir.div(rising(ErrorFunction.PP, z), rising(ErrorFunction.QQ, z)), x);
        Node s = ir.sub(a, n(1));
        Node middle = ir.add(n(ErrorFunction.ERX), ir.div(rising(ErrorFunction.PA, s), rising(ErrorFunction.QA, s)));
        Node large = erfTail(ir.of(Step.MAX, ir.of(Step.MIN, a, n(6)), n(1.25)));
        Node outer = copySign(ir.select(ir.lt(a, n(1.25)), middle, large), x);
        Node value = ir.select(ir.lt(a, n(0.84375)), small, outer);
        return ir.select(ir.of(Step.EQ, x, x), value, x);
    }

    private Node erfTail(Node a) {
        Node near = ir.lt(a, n(1 / 0.35));
        Node s = ir.div(n(1), ir.mul(a, a));
        Node ratio = ir.div(rising(near, ErrorFunction.RA, ErrorFunction.RB, s), rising(near, ErrorFunction.SA, ErrorFunction.SB, s));
        Node cut = ir.of(Step.FROM_BITS, ir.of(Step.BITS_AND, ir.of(Step.TO_BITS, a), ir.bits(wide ? 0xFFFFFFFF00000000L : 0xFFFFF000L)));
        Node first = exp(ir.sub(ir.neg(ir.mul(cut, cut)), n(0.5625)));
        Node second = exp(ir.fma(ir.sub(cut, a), ir.add(cut, a), ratio));
        return ir.sub(n(1), ir.div(ir.mul(first, second), a));
    }

    /** Horner's rule on coefficients in rising order. */
    private Node rising(double[] coefficients, Node x) {
        Node sum = n(coefficients[coefficients.length - 1]);
        for (int i = coefficients.length - 2; i >= 0; i--) sum = ir.fma(sum, x, n(coefficients[i]));
        return sum;
    }

    private Node rising(Node first, double[] a, double[] b, Node x) {
        Node sum = null;
        for (int i = Math.max(a.length, b.length) - 1; i >= 0; i--) {
            Node c = ir.select(first, n(i < a.length ? a[i] : 0), n(i < b.length ? b[i] : 0));
            sum = sum == null ? c : ir.fma(sum, x, c);
        }
        return sum;
    }

    private Node asinRatio(Node z) {
        return ir.div(ir.mul(ir.polynomial(z, ASIN_P), z), ir.polynomial(z, ASIN_Q));
    }

    /** {@code asin(|x|)} parts: for |x| > 1/2, {@code asin = pi/2 - 2 asin(sqrt((1 - |x|) / 2))}. */
    Node asin(Node x) {
        Node a = ir.abs(x);
        Node big = ir.lt(n(0.5), a);
        Node z = ir.select(big, ir.mul(ir.sub(n(1), a), n(0.5)), ir.mul(a, a));
        Node s = ir.select(big, ir.of(Step.SQRT, z), a);
        Node core = ir.fma(s, asinRatio(z), s);
        Node value = ir.select(big, ir.sub(n(Math.PI / 2), ir.sub(ir.add(core, core), n(6.123233995736766e-17))), core);
        return ir.select(ir.of(Step.EQ, x, n(0)), x, ir.select(ir.lt(x, n(0)), ir.neg(value), value));
    }

    Node acos(Node x) {
        Node a = ir.abs(x);
        Node big = ir.lt(n(0.5), a);
        Node z = ir.select(big, ir.mul(ir.sub(n(1), a), n(0.5)), ir.mul(a, a));
        Node s = ir.select(big, ir.of(Step.SQRT, z), x);
        Node core = ir.fma(s, asinRatio(z), s);
        Node twice = ir.add(core, core);
        Node outer = ir.select(ir.lt(x, n(0)), ir.sub(n(Math.PI), ir.sub(twice, n(1.2246467991473532e-16))), twice);
        Node inner = ir.sub(n(Math.PI / 2), ir.sub(core, n(6.123233995736766e-17)));
        return ir.select(big, outer, inner);
    }
}
