package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Gather;
import dev.tenfold.tensor.op.IndexAdd;
import dev.tenfold.tensor.op.IndexSelect;
import dev.tenfold.tensor.op.ScatterAdd;

/** Indexing, gathering, scattering, joining and padding. Part of {@link Tensor}. */
public sealed interface TensorIndexing permits Tensor {
    /** This tensor. */
    Tensor self();

    /** {@code out[…, k, …] = this[…, index[…, k, …], …]} along {@code axis}; the index has the result's shape. */
    default Tensor gather(int axis, Tensor index) {
        return Operation.apply(new Gather(axis), self(), index);
    }

    /** Zeros of {@code size} along {@code axis}, to which {@code out[…, index[…, k, …], …] += this[…, k, …]} is added. */
    default Tensor scatterAdd(int axis, Tensor index, long size) {
        return Operation.apply(new ScatterAdd(axis, size), self(), index);
    }

    /** The slices along {@code axis} that the vector {@code index} names. */
    default Tensor indexSelect(int axis, Tensor index) {
        return Operation.apply(new IndexSelect(axis), self(), index);
    }

    /** Zeros of {@code size} along {@code axis}, to which slice k of this is added at {@code index[k]}. */
    default Tensor indexAdd(int axis, Tensor index, long size) {
        return Operation.apply(new IndexAdd(axis, size), self(), index);
    }
}
