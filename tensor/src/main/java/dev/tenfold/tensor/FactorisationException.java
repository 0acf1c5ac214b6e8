package dev.tenfold.tensor;

/**
 * A matrix that cannot be factored: not positive definite, singular, or with values that are not finite.
 * Nothing is added to its diagonal behind the caller's back.
 */
public final class FactorisationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long matrix;
    private final long pivot;

    /** For operations that factor. */
    public FactorisationException(String message, long matrix, long pivot) {
        super(message);
        this.matrix = matrix;
        this.pivot = pivot;
    }

    /** Which matrix of the batch failed, row-major over the leading dimensions, from 0. */
    public long matrix() {
        return matrix;
    }

    /** The row (from 0) at which the factorisation stopped, or -1 when it has no pivots. */
    public long pivot() {
        return pivot;
    }
}
