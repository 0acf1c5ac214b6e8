package dev.tenfold.tensor;

/**
 * Steps whose backward pass is that of something smooth (Y. Bengio, N. Léonard and A. Courville 2013, "Estimating or propagating gradients through
 * stochastic neurons"). The values are exactly those of the step.
 */
public final class StraightThrough {
    private StraightThrough() {
    }

    /**
     * The values of {@code hard}, the gradient of {@code soft}.
     *
     * @throws IllegalArgumentException when their shapes or types differ
     */
    public static Tensor of(Tensor hard, Tensor soft) {
        if (!hard.shape().equals(soft.shape()) || hard.dtype() != soft.dtype()) {
            throw new IllegalArgumentException("StraightThrough: hard is " + hard.dtype() + " " + hard.shape() + ", soft " + soft.dtype() + " " + soft.shape() + "; they must agree");
        }
        // soft - soft is 0 and carries the gradient; hard + (soft - hard) would be rounded.
        return hard.detach().add(soft.sub(soft.detach()));
    }

    /** To the nearest integer, ties to even, with the gradient of the identity. */
    public static Tensor round(Tensor x) {
        return of(x.detach().round(), x);
    }
}
