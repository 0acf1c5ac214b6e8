package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.ArgExtreme;
import dev.tenfold.tensor.op.Axes;
import dev.tenfold.tensor.op.CumulativeSum;
import dev.tenfold.tensor.op.Extreme;
import dev.tenfold.tensor.op.LinearRecurrence;
import dev.tenfold.tensor.op.LogCumulativeSumExp;
import dev.tenfold.tensor.op.LogSumExp;
import dev.tenfold.tensor.op.Norm;
import dev.tenfold.tensor.op.Prod;
import dev.tenfold.tensor.op.Softmax;
import dev.tenfold.tensor.op.Sort;
import dev.tenfold.tensor.op.Sum;
import dev.tenfold.tensor.op.Truth;

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
        return Operation.apply(new Sum(axes), x).div(axes.count(x.shape(), "mean"));
    }

    /**
     * The variance over {@code axes}, which stay with size 1: {@code sum (x - mean)^2 / (n - correction)}; correction 1 gives the
     * unbiased estimate, 0 the mean square.
     */
    default Tensor varianceKeep(int correction, int... axes) {
        return variance(correction, new Axes(true, axes));
    }

    /** {@link #varianceKeep} without the axes. */
    default Tensor variance(int correction, int... axes) {
        return variance(correction, new Axes(false, axes));
    }

    private Tensor variance(int correction, Axes axes) {
        Tensor squares = centred(axes).square();
        return Operation.apply(new Sum(axes), squares).div(axes.count(self().shape(), "variance") - correction);
    }

    /** The standard deviation over {@code axes}: the root of {@link #variance}. Its gradient is 0 where all elements are equal. */
    default Tensor std(int correction, int... axes) {
        Axes over = new Axes(false, axes);
        return Operation.apply(new Norm(over), centred(over)).div(Math.sqrt(over.count(self().shape(), "std") - correction));
    }

    private Tensor centred(Axes axes) {
        return self().sub(mean(new Axes(true, axes.axes())));
    }

    /** The product over {@code axes}. */
    default Tensor prod(int... axes) {
        return Operation.apply(new Prod(new Axes(false, axes)), self());
    }

    /** Whether every element over {@code axes} differs from 0; true of none. */
    default Tensor all(int... axes) {
        return Operation.apply(new Truth(true, new Axes(false, axes)), self());
    }

    /** Whether an element over {@code axes} differs from 0; false of none. */
    default Tensor any(int... axes) {
        return Operation.apply(new Truth(false, new Axes(false, axes)), self());
    }

    /** The sum of the elements up to and with each one along {@code axis}. */
    default Tensor cumulativeSum(int axis) {
        return Operation.apply(new CumulativeSum(axis, false), self());
    }

    /** {@code log sum exp} of the elements up to and with each one along {@code axis}. */
    default Tensor logCumulativeSumExp(int axis) {
        return Operation.apply(new LogCumulativeSumExp(axis), self());
    }

    /**
     * {@code y_k = this_k + decay_k y_{k-1}} along {@code axis}, {@code y_0 = this_0}; with {@code fromEnd} {@code y_k = this_k + decay_k y_{k+1}},
     * which are discounted returns where this holds rewards. The decay broadcasts to this shape.
     */
    default Tensor linearRecurrence(Tensor decay, int axis, boolean fromEnd) {
        return Operation.apply(new LinearRecurrence(axis, fromEnd), self(), decay.expand(self().shape()));
    }

    /** The elements along {@code axis} in order, with their indices. Equal ones keep their order; NaN counts as the largest. */
    default Sorted sort(int axis, boolean descending) {
        Tensor[] results = Operation.applyAll(new Sort(axis, descending, Sort.EVERY), self());
        return new Sorted(results[0], results[1]);
    }

    /** The indices (i64) that {@link #sort} gives. */
    default Tensor argSort(int axis, boolean descending) {
        try (NoGrad region = NoGrad.open()) {
            Sorted sorted = sort(axis, descending);
            sorted.values().close();
            return sorted.indices();
        }
    }

    /** The {@code k} largest or smallest elements along {@code axis}, in order, with their indices. */
    default Sorted topK(long k, int axis, boolean largest) {
        if (k < 0) throw new IllegalArgumentException("topK: k is " + k + ", must not be negative");
        Tensor[] results = Operation.applyAll(new Sort(axis, largest, k), self());
        return new Sorted(results[0], results[1]);
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
