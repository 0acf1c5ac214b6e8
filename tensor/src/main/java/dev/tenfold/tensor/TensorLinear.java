package dev.tenfold.tensor;

/** Matrix products and linear algebra. Part of {@link Tensor}. */
public sealed interface TensorLinear permits Tensor {
    /** This tensor. */
    Tensor self();
}
