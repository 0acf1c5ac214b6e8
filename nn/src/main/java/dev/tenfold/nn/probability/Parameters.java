package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** What the parameters of a distribution have in common. */
final class Parameters {
    private Parameters() {
    }

    /** The type of both, floating. */
    static DType type(String distribution, Tensor a, Tensor b) {
        DType type = DType.promote(a.dtype(), b.dtype());
        if (!a.dtype().isFloating() || !b.dtype().isFloating()) {
            throw new IllegalArgumentException(distribution + ": parameters are " + a.dtype() + " " + a.shape() + " and " + b.dtype() + " " + b.shape() + "; they must be floating");
        }
        return type;
    }

    /** Checks logits [..., classes], at least one class. */
    static void requireLogits(String distribution, Tensor logits) {
        if (!logits.dtype().isFloating() || logits.rank() == 0 || logits.size(-1) == 0) {
            throw new IllegalArgumentException(distribution + ": logits are " + logits.dtype() + " " + logits.shape() + "; they must be floating, [..., classes], at least one class");
        }
    }

    /** Checks that every element is above 0. */
    static void requirePositive(String distribution, String what, Tensor values) {
        if (values.elements() > 0 && values.detach().gt(0).all().item() == 0) {
            throw new IllegalArgumentException(distribution + ": " + what + " " + values.shape() + " must be positive; the smallest is " + values.detach().min().item());
        }
    }

    /** Checks that {@code value} broadcasts with the batch. */
    static void requireValue(String distribution, Tensor value, Shape batch) {
        Shape.broadcast(value.shape(), batch, distribution + ".logProbability, value against batch");
    }

    /** [count..., batch...]. */
    static long[] sizes(long[] count, Shape batch) {
        long[] sizes = java.util.Arrays.copyOf(count, count.length + batch.rank());
        for (int i = 0; i < batch.rank(); i++) sizes[count.length + i] = batch.size(i);
        return sizes;
    }
}
