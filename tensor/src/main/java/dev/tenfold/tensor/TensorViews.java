package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Contiguous;
import dev.tenfold.tensor.op.Embed;
import dev.tenfold.tensor.op.Expand;
import dev.tenfold.tensor.op.Permute;
import dev.tenfold.tensor.op.Reshape;
import dev.tenfold.tensor.op.Slice;
import java.util.List;

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

    /**
     * A view of the elements {@code start, start + step, …} before {@code end} along {@code axis}, with Python's rules: negative
     * positions count from the end, positions outside are moved to the border, the step may be negative.
     */
    default Tensor slice(int axis, long start, long end, long step) {
        if (step == 0) throw new IllegalArgumentException("slice: the step must not be 0");
        long size = self().size(axis);
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        long from = Math.clamp(start < 0 ? start + size : start, lowest, highest);
        long to = Math.clamp(end < 0 ? end + size : end, lowest, highest);
        long count = Math.max(0, step > 0 ? (to - from + step - 1) / step : (from - to - step - 1) / -step);
        return Operation.apply(new Slice(axis, from, count, step), self());
    }

    /** A view of {@code count} elements from {@code start} along {@code axis}. */
    default Tensor narrow(int axis, long start, long count) {
        return Operation.apply(new Slice(axis, start, count, 1), self());
    }

    /** A view of the one slice {@code index} (negative from the end) along {@code axis}, which is dropped. */
    default Tensor select(int axis, long index) {
        long size = self().size(axis);
        if (index < -size || index >= size) {
            throw new IndexOutOfBoundsException("select: index " + index + " is outside axis " + axis + " of " + self().shape());
        }
        return narrow(axis, index < 0 ? index + size : index, 1).squeeze(axis);
    }

    /** A view in reverse order along {@code axis}. */
    default Tensor flip(int axis) {
        long size = self().size(axis);
        return Operation.apply(new Slice(axis, Math.max(0, size - 1), size, -1), self());
    }

    /** Zeros added along {@code axis}: {@code before} in front, {@code after} behind. */
    default Tensor pad(int axis, long before, long after) {
        if (before < 0 || after < 0) throw new IllegalArgumentException("pad: " + before + " before and " + after + " after; use slice to cut");
        int a = self().shape().axis(axis, "pad");
        return Operation.apply(new Embed(a, before, 1, before + self().size(a) + after), self());
    }

    /** Elements of {@code value} added along {@code axis}: {@code before} in front, {@code after} behind. */
    default Tensor pad(int axis, long before, long after, double value) {
        if (value == 0) return pad(axis, before, after);
        if (before < 0 || after < 0) throw new IllegalArgumentException("pad: " + before + " before and " + after + " after; use slice to cut");
        Shape shape = self().shape();
        int a = shape.axis(axis, "pad");
        try (Device.Use there = self().device().use()) {
            return Tensors.concat(a, List.of(Tensors.full(self().dtype(), shape.with(a, before), value), self(),
                    Tensors.full(self().dtype(), shape.with(a, after), value)));
        }
    }
}
