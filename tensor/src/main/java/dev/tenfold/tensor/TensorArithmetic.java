package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Cast;
import dev.tenfold.tensor.op.Elementwise;
import dev.tenfold.tensor.op.Pointwise;

/**
 * Element-wise operations, with NumPy broadcasting. Part of {@link Tensor}.
 *
 * <p>Types are promoted by {@link DType#promote}; a Java number takes the tensor's type (an integer tensor with a fractional
 * number becomes f32). Division, roots, exponentials and the like give f32 for integers. What each computes and its
 * gradient stand in {@link Elementwise}.
 */
public sealed interface TensorArithmetic permits Tensor {
    /** This tensor. */
    Tensor self();

    private Tensor with(double p, Pointwise operation) {
        Tensor t = self();
        if (!t.dtype().isFloating() && p != Math.rint(p)) t = t.to(DType.F32);
        return operation.apply(new double[] {p}, t);
    }

    /** This tensor in another element type; itself when it has that type already. */
    default Tensor to(DType dtype) {
        self().checkOpen("to");
        return self().dtype() == dtype ? self() : Operation.apply(new Cast(dtype), self());
    }

    default Tensor add(Tensor b) {
        return Elementwise.ADD.apply(self(), b);
    }

    default Tensor add(double b) {
        return with(b, Elementwise.ADD_SCALAR);
    }

    /** {@code this + scale b}. */
    default Tensor addScaled(Tensor b, double scale) {
        return Elementwise.ADD_SCALED.apply(new double[] {scale}, self(), b);
    }

    default Tensor sub(Tensor b) {
        return Elementwise.SUB.apply(self(), b);
    }

    default Tensor sub(double b) {
        return with(-b, Elementwise.ADD_SCALAR);
    }

    /** {@code a - this}. */
    default Tensor subFrom(double a) {
        return with(a, Elementwise.SCALAR_SUB);
    }

    default Tensor mul(Tensor b) {
        return Elementwise.MUL.apply(self(), b);
    }

    default Tensor mul(double b) {
        return with(b, Elementwise.MUL_SCALAR);
    }

    default Tensor div(Tensor b) {
        return Elementwise.DIV.apply(self(), b);
    }

    default Tensor div(double b) {
        return Elementwise.MUL_SCALAR.apply(new double[] {1 / b}, self().dtype().isFloating() ? self() : to(DType.F32));
    }

    /** {@code a / this}. */
    default Tensor divInto(double a) {
        return Elementwise.SCALAR_DIV.apply(new double[] {a}, self());
    }

    default Tensor floorDivide(Tensor b) {
        return Elementwise.FLOOR_DIVIDE.apply(self(), b);
    }

    /** Floored remainder: it has the sign of {@code b}. */
    default Tensor remainder(Tensor b) {
        return Elementwise.REMAINDER.apply(self(), b);
    }

    default Tensor neg() {
        return Elementwise.NEG.apply(self());
    }

    default Tensor abs() {
        return Elementwise.ABS.apply(self());
    }

    default Tensor square() {
        return Elementwise.SQUARE.apply(self());
    }

    default Tensor maximum(Tensor b) {
        return Elementwise.MAXIMUM.apply(self(), b);
    }

    default Tensor minimum(Tensor b) {
        return Elementwise.MINIMUM.apply(self(), b);
    }

    default Tensor clamp(double low, double high) {
        if (low > high) throw new IllegalArgumentException("clamp: low " + low + " is above high " + high);
        return Elementwise.CLAMP.apply(new double[] {low, high}, self());
    }

    default Tensor pow(Tensor exponent) {
        return Elementwise.POW.apply(self(), exponent);
    }

    default Tensor pow(double exponent) {
        return exponent == 2 ? square() : Elementwise.POW_SCALAR.apply(new double[] {exponent}, self());
    }

    default Tensor sqrt() {
        return Elementwise.SQRT.apply(self());
    }

    /** {@code 1 / sqrt(this)}. */
    default Tensor rsqrt() {
        return Elementwise.RSQRT.apply(self());
    }

    default Tensor reciprocal() {
        return Elementwise.RECIPROCAL.apply(self());
    }

    default Tensor exp() {
        return Elementwise.EXP.apply(self());
    }

    default Tensor expm1() {
        return Elementwise.EXPM1.apply(self());
    }

    default Tensor log() {
        return Elementwise.LOG.apply(self());
    }

    default Tensor log1p() {
        return Elementwise.LOG1P.apply(self());
    }

    default Tensor sin() {
        return Elementwise.SIN.apply(self());
    }

    default Tensor cos() {
        return Elementwise.COS.apply(self());
    }

    default Tensor asin() {
        return Elementwise.ASIN.apply(self());
    }

    default Tensor acos() {
        return Elementwise.ACOS.apply(self());
    }

    default Tensor atan() {
        return Elementwise.ATAN.apply(self());
    }

    /** The angle of the point ({@code x}, this). */
    default Tensor atan2(Tensor x) {
        return Elementwise.ATAN2.apply(self(), x);
    }

    default Tensor tanh() {
        return Elementwise.TANH.apply(self());
    }

    default Tensor erf() {
        return Elementwise.ERF.apply(self());
    }

    default Tensor lgamma() {
        return Elementwise.LGAMMA.apply(self());
    }

    default Tensor digamma() {
        return Elementwise.DIGAMMA.apply(self());
    }

    default Tensor relu() {
        return Elementwise.RELU.apply(self());
    }

    default Tensor leakyRelu(double slope) {
        return Elementwise.LEAKY_RELU.apply(new double[] {slope}, self());
    }

    default Tensor elu(double alpha) {
        return Elementwise.ELU.apply(new double[] {alpha}, self());
    }

    default Tensor sigmoid() {
        return Elementwise.SIGMOID.apply(self());
    }

    default Tensor logSigmoid() {
        return Elementwise.LOG_SIGMOID.apply(self());
    }

    default Tensor softplus() {
        return Elementwise.SOFTPLUS.apply(self());
    }

    default Tensor silu() {
        return Elementwise.SILU.apply(self());
    }

    default Tensor gelu() {
        return Elementwise.GELU.apply(self());
    }

    default Tensor floor() {
        return Elementwise.FLOOR.apply(self());
    }

    default Tensor ceil() {
        return Elementwise.CEIL.apply(self());
    }

    /** To the nearest integer, ties to even. */
    default Tensor round() {
        return Elementwise.ROUND.apply(self());
    }

    default Tensor sign() {
        return Elementwise.SIGN.apply(self());
    }

    default Tensor eq(Tensor b) {
        return Elementwise.EQ.apply(self(), b);
    }

    default Tensor ne(Tensor b) {
        return Elementwise.NE.apply(self(), b);
    }

    default Tensor lt(Tensor b) {
        return Elementwise.LT.apply(self(), b);
    }

    default Tensor le(Tensor b) {
        return Elementwise.LE.apply(self(), b);
    }

    default Tensor gt(Tensor b) {
        return Elementwise.GT.apply(self(), b);
    }

    default Tensor ge(Tensor b) {
        return Elementwise.GE.apply(self(), b);
    }

    default Tensor eq(double b) {
        return with(b, Elementwise.EQ_SCALAR);
    }

    default Tensor ne(double b) {
        return with(b, Elementwise.NE_SCALAR);
    }

    default Tensor lt(double b) {
        return with(b, Elementwise.LT_SCALAR);
    }

    default Tensor le(double b) {
        return with(b, Elementwise.LE_SCALAR);
    }

    default Tensor gt(double b) {
        return with(b, Elementwise.GT_SCALAR);
    }

    default Tensor ge(double b) {
        return with(b, Elementwise.GE_SCALAR);
    }

    /** True where both are not zero. */
    default Tensor and(Tensor b) {
        return Elementwise.AND.apply(self(), b);
    }

    /** True where either is not zero. */
    default Tensor or(Tensor b) {
        return Elementwise.OR.apply(self(), b);
    }

    /** True where this is zero. */
    default Tensor not() {
        return Elementwise.NOT.apply(self());
    }

    default Tensor isNan() {
        return Elementwise.IS_NAN.apply(self());
    }

    default Tensor isFinite() {
        return Elementwise.IS_FINITE.apply(self());
    }

    /** {@code this} is a condition: {@code a} where it is not zero, {@code b} elsewhere. */
    default Tensor where(Tensor a, Tensor b) {
        return Elementwise.WHERE.apply(self(), a, b);
    }
}
