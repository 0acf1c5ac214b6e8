package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Elementwise;
import dev.tenfold.tensor.op.Pointwise;

/**
 * The element-wise operations as methods: of {@link Tensor}, and of a {@link Fused.Value} in a chain that becomes one loop. What each computes
 * and its gradient stand in {@link Elementwise}.
 *
 * @param <T> the type that has them
 */
public sealed interface Arithmetic<T> permits TensorArithmetic, Fused.Value {
    /** The result of an element-wise operation of one input, on this; {@code params} are the operation's numbers. */
    T pointwise(Pointwise operation, double... params);

    /** The result of an element-wise operation of two inputs, on this and {@code b}. */
    T pointwise(Pointwise operation, T b, double... params);

    /** The result of an element-wise operation of three inputs, on this, {@code b} and {@code c}. */
    T pointwise(Pointwise operation, T b, T c, double... params);

    /** The result of an operation of this and the Java number {@code p}, which takes this one's type. */
    default T withNumber(Pointwise operation, double p) {
        return pointwise(operation, p);
    }

    default T add(T b) {
        return pointwise(Elementwise.ADD, b);
    }

    default T add(double b) {
        return withNumber(Elementwise.ADD_SCALAR, b);
    }

    /** {@code this + scale b}. */
    default T addScaled(T b, double scale) {
        return pointwise(Elementwise.ADD_SCALED, b, scale);
    }

    default T sub(T b) {
        return pointwise(Elementwise.SUB, b);
    }

    default T sub(double b) {
        return withNumber(Elementwise.ADD_SCALAR, -b);
    }

    /** {@code a - this}. */
    default T subFrom(double a) {
        return withNumber(Elementwise.SCALAR_SUB, a);
    }

    default T mul(T b) {
        return pointwise(Elementwise.MUL, b);
    }

    default T mul(double b) {
        return withNumber(Elementwise.MUL_SCALAR, b);
    }

    default T div(T b) {
        return pointwise(Elementwise.DIV, b);
    }

    default T div(double b) {
        return pointwise(Elementwise.MUL_SCALAR, 1 / b);
    }

    /** {@code a / this}. */
    default T divInto(double a) {
        return pointwise(Elementwise.SCALAR_DIV, a);
    }

    default T floorDivide(T b) {
        return pointwise(Elementwise.FLOOR_DIVIDE, b);
    }

    /** Floored remainder: it has the sign of {@code b}. */
    default T remainder(T b) {
        return pointwise(Elementwise.REMAINDER, b);
    }

    default T neg() {
        return pointwise(Elementwise.NEG);
    }

    default T abs() {
        return pointwise(Elementwise.ABS);
    }

    default T square() {
        return pointwise(Elementwise.SQUARE);
    }

    default T maximum(T b) {
        return pointwise(Elementwise.MAXIMUM, b);
    }

    default T minimum(T b) {
        return pointwise(Elementwise.MINIMUM, b);
    }

    default T clamp(double low, double high) {
        if (low > high) throw new IllegalArgumentException("clamp: low " + low + " is above high " + high);
        return pointwise(Elementwise.CLAMP, low, high);
    }

    default T pow(T exponent) {
        return pointwise(Elementwise.POW, exponent);
    }

    default T pow(double exponent) {
        return exponent == 2 ? square() : pointwise(Elementwise.POW_SCALAR, exponent);
    }

    default T sqrt() {
        return pointwise(Elementwise.SQRT);
    }

    /** {@code 1 / sqrt(this)}. */
    default T rsqrt() {
        return pointwise(Elementwise.RSQRT);
    }

    default T reciprocal() {
        return pointwise(Elementwise.RECIPROCAL);
    }

    default T exp() {
        return pointwise(Elementwise.EXP);
    }

    default T expm1() {
        return pointwise(Elementwise.EXPM1);
    }

    default T log() {
        return pointwise(Elementwise.LOG);
    }

    default T log1p() {
        return pointwise(Elementwise.LOG1P);
    }

    default T sin() {
        return pointwise(Elementwise.SIN);
    }

    default T cos() {
        return pointwise(Elementwise.COS);
    }

    default T asin() {
        return pointwise(Elementwise.ASIN);
    }

    default T acos() {
        return pointwise(Elementwise.ACOS);
    }

    default T atan() {
        return pointwise(Elementwise.ATAN);
    }

    /** The angle of the point ({@code x}, this). */
    default T atan2(T x) {
        return pointwise(Elementwise.ATAN2, x);
    }

    default T tanh() {
        return pointwise(Elementwise.TANH);
    }

    default T erf() {
        return pointwise(Elementwise.ERF);
    }

    default T lgamma() {
        return pointwise(Elementwise.LGAMMA);
    }

    default T digamma() {
        return pointwise(Elementwise.DIGAMMA);
    }

    default T relu() {
        return pointwise(Elementwise.RELU);
    }

    default T leakyRelu(double slope) {
        return pointwise(Elementwise.LEAKY_RELU, slope);
    }

    default T elu(double alpha) {
        return pointwise(Elementwise.ELU, alpha);
    }

    default T sigmoid() {
        return pointwise(Elementwise.SIGMOID);
    }

    default T logSigmoid() {
        return pointwise(Elementwise.LOG_SIGMOID);
    }

    default T softplus() {
        return pointwise(Elementwise.SOFTPLUS);
    }

    default T silu() {
        return pointwise(Elementwise.SILU);
    }

    default T gelu() {
        return pointwise(Elementwise.GELU);
    }

    default T floor() {
        return pointwise(Elementwise.FLOOR);
    }

    default T ceil() {
        return pointwise(Elementwise.CEIL);
    }

    /** To the nearest integer, ties to even. */
    default T round() {
        return pointwise(Elementwise.ROUND);
    }

    default T sign() {
        return pointwise(Elementwise.SIGN);
    }

    default T eq(T b) {
        return pointwise(Elementwise.EQ, b);
    }

    default T ne(T b) {
        return pointwise(Elementwise.NE, b);
    }

    default T lt(T b) {
        return pointwise(Elementwise.LT, b);
    }

    default T le(T b) {
        return pointwise(Elementwise.LE, b);
    }

    default T gt(T b) {
        return pointwise(Elementwise.GT, b);
    }

    default T ge(T b) {
        return pointwise(Elementwise.GE, b);
    }

    default T eq(double b) {
        return withNumber(Elementwise.EQ_SCALAR, b);
    }

    default T ne(double b) {
        return withNumber(Elementwise.NE_SCALAR, b);
    }

    default T lt(double b) {
        return withNumber(Elementwise.LT_SCALAR, b);
    }

    default T le(double b) {
        return withNumber(Elementwise.LE_SCALAR, b);
    }

    default T gt(double b) {
        return withNumber(Elementwise.GT_SCALAR, b);
    }

    default T ge(double b) {
        return withNumber(Elementwise.GE_SCALAR, b);
    }

    /** True where both are not zero. */
    default T and(T b) {
        return pointwise(Elementwise.AND, b);
    }

    /** True where either is not zero. */
    default T or(T b) {
        return pointwise(Elementwise.OR, b);
    }

    /** True where this is zero. */
    default T not() {
        return pointwise(Elementwise.NOT);
    }

    default T isNan() {
        return pointwise(Elementwise.IS_NAN);
    }

    default T isFinite() {
        return pointwise(Elementwise.IS_FINITE);
    }

    /** {@code this} is a condition: {@code a} where it is not zero, {@code b} elsewhere. */
    default T where(T a, T b) {
        return pointwise(Elementwise.WHERE, a, b);
    }
}
