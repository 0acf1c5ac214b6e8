package dev.tenfold.nn;

import dev.tenfold.tensor.Tensor;

/** What becomes of the losses of single elements or samples. */
public enum Reduction {
    /** Their mean, a scalar. */
    MEAN,
    /** Their sum, a scalar. */
    SUM,
    /** They are returned as they are. */
    NONE;

    Tensor of(Tensor losses) {
        return switch (this) {
            case MEAN -> losses.mean();
            case SUM -> losses.sum();
            case NONE -> losses;
        };
    }
}
