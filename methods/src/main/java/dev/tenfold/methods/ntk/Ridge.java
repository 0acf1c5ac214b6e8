package dev.tenfold.methods.ntk;

/**
 * What is added to the diagonal of a kernel matrix K [n, n] before it is solved with.
 *
 * @param value    not negative
 * @param relative in units of {@code trace(K) / n} (neural-tangents' default), not absolute
 */
public record Ridge(double value, boolean relative) {
    /** No ridge. */
    public static final Ridge NONE = new Ridge(0, false);

    public Ridge {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) throw new IllegalArgumentException("ridge: " + value + " must be finite and not negative");
    }

    /** {@code K + lambda I}. */
    public static Ridge absolute(double lambda) {
        return new Ridge(lambda, false);
    }

    /** {@code K + lambda trace(K) / n I}. */
    public static Ridge relative(double lambda) {
        return new Ridge(lambda, true);
    }

    /** What is added, for a mean diagonal element {@code trace(K) / n}. */
    double amount(double meanDiagonal) {
        return relative ? value * meanDiagonal : value;
    }
}
