package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Gather;
import dev.tenfold.tensor.op.IndexAdd;
import dev.tenfold.tensor.op.IndexSelect;
import dev.tenfold.tensor.op.NonZero;
import dev.tenfold.tensor.op.Scatter;
import dev.tenfold.tensor.op.ScatterAdd;
import java.util.List;

/**
 * Indexing, gathering, scattering, joining and padding. Part of {@link Tensor}.
 *
 * <p>An index (i64, i32 or u8) that lies outside of {@code [-size, size)} ends in an {@link IndexOutOfBoundsException} that names operation,
 * position and value. On the host the call throws it. On a CUDA device the call returns without a look at the indices, such an
 * element is read as 0 or left out, and whatever waits for the device next throws: reading a value, {@link Device#synchronize()}.
 */
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

    /** A copy in which {@code out[…, index[…, k, …], …] = values[…, k, …]} along {@code axis}; the last k wins. */
    default Tensor scatter(int axis, Tensor index, Tensor values) {
        return Operation.apply(new Scatter(axis), self(), index, values);
    }

    /** The elements that the indices name in the flattened tensor, in the shape of the index. */
    default Tensor take(Tensor index) {
        return self().flatten().gather(0, index.flatten()).reshape(index.shape().sizes());
    }

    /** The indices (i64) of the elements that differ from 0, row-major: [found, rank]. */
    default Tensor nonzero() {
        return Operation.apply(new NonZero(false), self());
    }

    /**
     * The elements where {@code mask} (bool) is true, row-major, as a vector. The mask broadcasts to this tensor.
     *
     * @throws IllegalArgumentException when the mask is not bool or does not broadcast to this shape
     */
    default Tensor maskedSelect(Tensor mask) {
        if (mask.dtype() != DType.BOOL) {
            throw new IllegalArgumentException("maskedSelect: the mask is " + mask.dtype() + ", must be bool; compare, for example mask.ne(0)");
        }
        if (!mask.shape().broadcastsTo(self().shape())) {
            throw new IllegalArgumentException("maskedSelect: the mask " + mask.shape() + " does not broadcast to " + self().shape());
        }
        return self().flatten().gather(0, Operation.apply(new NonZero(true), mask.expand(self().shape())));
    }

    /** The tensor repeated {@code times[d]} times along each dimension d, whole after whole. */
    default Tensor tile(long... times) {
        Shape shape = self().shape();
        if (times.length != shape.rank()) {
            throw new IllegalArgumentException("tile: " + times.length + " counts for the " + shape.rank() + " dimensions of " + shape);
        }
        long[] split = new long[2 * times.length];
        long[] repeated = new long[2 * times.length];
        long[] joined = new long[times.length];
        for (int d = 0; d < times.length; d++) {
            split[2 * d] = 1;
            repeated[2 * d] = times[d];
            split[2 * d + 1] = repeated[2 * d + 1] = shape.size(d);
            joined[d] = times[d] * shape.size(d);
        }
        return self().reshape(split).expand(repeated).reshape(joined);
    }

    /** The elements moved by {@code shift} places along {@code axis}; those that leave at the end come in at the start. */
    default Tensor roll(int axis, long shift) {
        long size = self().size(axis);
        long places = size == 0 ? 0 : Math.floorMod(shift, size);
        if (places == 0) return self();
        return Tensors.concat(axis, List.of(self().narrow(axis, size - places, places), self().narrow(axis, 0, size - places)));
    }
}
