package dev.tenfold.nn;

import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** What losses share before they compute. Shapes must be equal, not only broadcast: [n] against [n, 1] would silently be n^2 losses. */
final class LossArguments {
    private LossArguments() {
    }

    static void requireSame(String loss, String first, Tensor a, String second, Tensor b) {
        if (!a.shape().equals(b.shape()) || a.elements() == 0) {
            throw new IllegalArgumentException(loss + ": " + first + " " + a.shape() + " and " + second + " " + b.shape() + " must have one shape, of at least one element");
        }
    }

    static void requireLabels(String loss, Tensor scores, Tensor labels) {
        if (scores.rank() != 2 || labels.rank() != 1 || scores.size(0) != labels.size(0) || scores.elements() == 0) {
            throw new IllegalArgumentException(loss + ": scores " + scores.shape() + " and labels " + labels.shape() + " must be [n, classes] and [n], n and classes at least 1");
        }
    }

    static void requirePositive(String loss, String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) throw new IllegalArgumentException(loss + ": " + name + " is " + value + ", must be finite and above 0");
    }

    /** f32 for half precision: a loss needs the digits, as sums do, whatever the network computes in. */
    static Tensor wide(Tensor t) {
        return t.to(t.dtype().compute());
    }

    static void requireVectors(String loss, Tensor a, Tensor b) {
        Shape shape = a.shape();
        if (shape.rank() == 0) throw new IllegalArgumentException(loss + ": the vectors lie along the last dimension, but both tensors are scalars");
        requireSame(loss, "a", a, "b", b);
    }
}
