package dev.tenfold.tensor;

import dev.tenfold.tensor.op.Axes;
import dev.tenfold.tensor.op.Sum;

/**
 * Reductions, softmax, cumulative sums, norms, arg-max, sorting. Part of {@link Tensor}.
 *
 * <p>Where axes are taken, none means all, and negative axes count from the end.
 */
public sealed interface TensorReductions permits Tensor {
    /** This tensor. */
    Tensor self();

    /** The sum over {@code axes}. */
    default Tensor sum(int... axes) {
        return Operation.apply(new Sum(new Axes(false, axes)), self());
    }

    /** The sum over {@code axes}, which stay with size 1. */
    default Tensor sumKeep(int... axes) {
        return Operation.apply(new Sum(new Axes(true, axes)), self());
    }

    /** Summed down to {@code shape}, which broadcasts to this tensor's: the adjoint of broadcasting. */
    default Tensor sumTo(Shape shape) {
        Shape from = self().shape();
        if (from.equals(shape)) return self();
        if (!shape.broadcastsTo(from)) {
            throw new IllegalArgumentException("sumTo: " + shape + " does not broadcast to " + from);
        }
        int shift = from.rank() - shape.rank();
        int[] axes = new int[from.rank()];
        int n = 0;
        for (int i = 0; i < from.rank(); i++) {
            if (i < shift || (shape.size(i - shift) == 1 && from.size(i) != 1)) axes[n++] = i;
        }
        Tensor summed = n == 0 ? self() : sumKeep(java.util.Arrays.copyOf(axes, n));
        return summed.reshape(shape.sizes());
    }
}
