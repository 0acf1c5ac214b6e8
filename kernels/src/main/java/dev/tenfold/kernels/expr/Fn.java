package dev.tenfold.kernels.expr;

/**
 * The functions an {@link Expr} is made of. Conditions (from {@link #LT} to {@link #IS_NAN}) are true or false inside a
 * tree; as a result they are stored as 1 or 0.
 */
public enum Fn {
    ADD(2), SUB(2), MUL(2), DIV(2), NEG(1), ABS(1),
    /** NaN if either is NaN, as {@link Math#min}. */
    MIN(2),
    /** NaN if either is NaN, as {@link Math#max}. */
    MAX(2),
    SQRT(1),
    /** {@code a * b + c}, rounded once. */
    FMA(3),
    EXP(1), EXPM1(1), LOG(1), LOG1P(1), SIN(1), COS(1), TANH(1), ERF(1), ATAN(1),
    /** {@code atan2(y, x)}; (0, 0) gives 0. */
    ATAN2(2), ACOS(1), ASIN(1), POW(2),
    /** Natural logarithm of the gamma function's absolute value. */
    LGAMMA(1), DIGAMMA(1), TRIGAMMA(1),
    /** The derivative of trigamma. */
    TETRAGAMMA(1),
    FLOOR(1), CEIL(1),
    /** To the nearest integer, ties to even. */
    ROUND(1),
    /** -1, 0 or 1; NaN stays. */
    SIGN(1),
    /** Floored remainder: the sign of the divisor, as Python's and NumPy's. */
    REMAINDER(2),
    /** Floored division. */
    FLOOR_DIV(2),
    LT(2), LE(2), GT(2), GE(2), EQ(2), NE(2), AND(2), OR(2), NOT(1), IS_NAN(1),
    /** {@code condition ? a : b}; a number as condition means "is not zero". */
    SELECT(3);

    private final int arity;

    Fn(int arity) {
        this.arity = arity;
    }

    /** How many arguments the function takes. */
    public int arity() {
        return arity;
    }

    /** True when the result is a truth value. */
    public boolean isCondition() {
        return ordinal() >= LT.ordinal() && ordinal() <= IS_NAN.ordinal();
    }
}
