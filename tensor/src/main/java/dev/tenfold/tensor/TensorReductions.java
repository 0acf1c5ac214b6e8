package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.ArgExtreme;
import dev.tenfold.tensor.op.Axes;
import dev.tenfold.tensor.op.Extreme;
import dev.tenfold.tensor.op.LogSumExp;
import dev.tenfold.tensor.op.Norm;
import dev.tenfold.tensor.op.Softmax;
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

    /** The mean over {@code axes}; integers give f32. */
    default Tensor mean(int... axes) {
        return mean(new Axes(false, axes));
    }

    /** The mean over {@code axes}, which stay with size 1. */
    default Tensor meanKeep(int... axes) {
        return mean(new Axes(true, axes));
    }

    private Tensor mean(Axes axes) {
        Tensor x = self().dtype().isFloating() ? self() : self().to(DType.F32);
        return Operation.apply(new Sum(axes), x).div(axes.count(x.shape()));
    }

    /**
     * The variance over {@code axes}, which stay with size 1: {@code sum (x - mean)^2 / (n - correction)}; correction 1 gives the
     * unbiased estimate, 0 the mean square.
     */
    default Tensor varianceKeep(int correction, int... axes) {
        Axes kept = new Axes(true, axes);
        Tensor centred = self().sub(mean(kept));
        return centred.square().sumKeep(axes).div(kept.count(self().shape()) - correction);
    }

    /** The largest element over {@code axes}. */
    default Tensor max(int... axes) {
        return Operation.apply(new Extreme(true, new Axes(false, axes)), self());
    }

    /** The smallest element over {@code axes}. */
    default Tensor min(int... axes) {
        return Operation.apply(new Extreme(false, new Axes(false, axes)), self());
    }

    /** The largest element over {@code axes}, which stay with size 1. */
    default Tensor maxKeep(int... axes) {
        return Operation.apply(new Extreme(true, new Axes(true, axes)), self());
    }

    /** The index (i64) of the first largest element along {@code axis}. */
    default Tensor argMax(int axis) {
        return Operation.apply(new ArgExtreme(true, axis), self());
    }

    /** The index (i64) of the first smallest element along {@code axis}. */
    default Tensor argMin(int axis) {
        return Operation.apply(new ArgExtreme(false, axis), self());
    }

    /** {@code exp(x) / sum exp(x)} along {@code axis}. */
    default Tensor softmax(int axis) {
        return Operation.apply(new Softmax(axis, false), self());
    }

    /** {@code x - log sum exp(x)} along {@code axis}. */
    default Tensor logSoftmax(int axis) {
        return Operation.apply(new Softmax(axis, true), self());
    }

    /** {@code log sum exp(x)} over {@code axes}. */
    default Tensor logSumExp(int... axes) {
        return Operation.apply(new LogSumExp(new Axes(false, axes)), self());
    }

    /**
     * The p-norm over {@code axes}: {@code sum |x|}, {@code sqrt(sum x^2)} or {@code max |x|} for p = 1, 2 or infinity.
     * The gradient of the 2-norm at 0 is 0.
     */
    default Tensor norm(double p, int... axes) {
        if (p == 2) return Operation.apply(new Norm(new Axes(false, axes)), self());
        if (p == 1) return self().abs().sum(axes);
        if (p == Double.POSITIVE_INFINITY) return self().abs().max(axes);
        throw new IllegalArgumentException("norm: p is " + p + "; it must be 1, 2 or infinity");
    }
}
