package dev.tenfold.tensor;

/** Indexing, gathering, scattering, joining and padding. Part of {@link Tensor}. */
public sealed interface TensorIndexing permits Tensor {
    /** This tensor. */
    Tensor self();
}
