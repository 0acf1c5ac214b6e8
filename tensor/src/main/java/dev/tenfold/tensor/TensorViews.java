package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Contiguous;
import dev.tenfold.tensor.op.Expand;
import dev.tenfold.tensor.op.Permute;
import dev.tenfold.tensor.op.Reshape;

/** The views: other shapes, orders and parts of the same storage. Part of {@link Tensor}. */
public sealed interface TensorViews permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The same elements under another shape; one size may be -1 and follows from the rest. A copy only where the strides force one. */
    default Tensor reshape(long... sizes) {
        Shape to = Reshapes.resolve(self().shape(), sizes);
        return to.equals(self().shape()) ? self() : Operation.apply(new Reshape(to), self());
    }

    /** The elements as one dimension. */
    default Tensor flatten() {
        return reshape(self().elements());
    }

    /** Dimensions {@code from} to the last as one. */
    default Tensor flattenFrom(int from) {
        Shape shape = self().shape();
        long[] sizes = java.util.Arrays.copyOf(shape.raw(), from + 1);
        sizes[from] = shape.product(from, shape.rank());
        return reshape(sizes);
    }

    /** A view with the dimensions in the order {@code axes}. */
    default Tensor permute(int... axes) {
        return Operation.apply(new Permute(axes.clone()), self());
    }

    /** A view with two dimensions exchanged. */
    default Tensor transpose(int a, int b) {
        int rank = self().rank();
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) axes[i] = i;
        int x = self().shape().axis(a, "transpose");
        int y = self().shape().axis(b, "transpose");
        axes[x] = y;
        axes[y] = x;
        return permute(axes);
    }

    /** A view with the last two dimensions exchanged: the transposed matrix. */
    default Tensor transpose() {
        return transpose(-2, -1);
    }

    /** A view broadcast to {@code shape}. */
    default Tensor expand(Shape shape) {
        return shape.equals(self().shape()) ? self() : Operation.apply(new Expand(shape), self());
    }

    /** A view broadcast to the given sizes. */
    default Tensor expand(long... sizes) {
        return expand(Shape.of(sizes));
    }

    /** A view with a dimension of size 1 inserted before {@code axis} (-1: after the last). */
    default Tensor unsqueeze(int axis) {
        int at = axis < 0 ? axis + self().rank() + 1 : axis;
        return reshape(self().shape().insert(at, 1).sizes());
    }

    /** A view without dimension {@code axis}, which must have size 1. */
    default Tensor squeeze(int axis) {
        if (self().size(axis) != 1) {
            throw new IllegalArgumentException("squeeze: dimension " + axis + " of " + self().shape() + " has size " + self().size(axis) + ", not 1");
        }
        return reshape(self().shape().without(axis).sizes());
    }

    /** This tensor if it is dense, a dense copy otherwise. */
    default Tensor contiguous() {
        return self().isDense() ? self() : copy();
    }

    /** A dense copy. */
    default Tensor copy() {
        return Operation.apply(new Contiguous(), self());
    }
}
