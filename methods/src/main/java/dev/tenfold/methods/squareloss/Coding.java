package dev.tenfold.methods.squareloss;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Losses;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * How a classifier's outputs f [n, width] stand for classes: the loss that trains it, the scores whose largest is the answer, and the
 * probabilities it claims. n examples, K classes.
 */
public sealed interface Coding permits SimplexCode, Coding.OneHot, Coding.Softmax {
    /** As it stands in tables. */
    String label();

    /** A word for metric names. */
    String key();

    /** K. */
    int classes();

    /** How many outputs the network has. */
    int width();

    /** The mean loss of a batch; labels i64 [n] in 0 .. K - 1. */
    Tensor loss(Tensor f, Tensor labels);

    /** The class scores [n, K]. */
    Tensor scores(Tensor f);

    /** The claimed probabilities [n, K]. Square losses may claim less than 0 or more than 1: they are not clipped here. */
    Tensor probabilities(Tensor f);

    /** The plain square loss against the unit vector of the label, {@code 1/n sum ||f - e_y||^2}; its minimiser is eta itself, so p = f. */
    record OneHot(int classes) implements Coding {
        public OneHot {
            requireClasses(classes);
        }

        @Override
        public String label() {
            return "one-hot square loss";
        }

        @Override
        public String key() {
            return "onehot";
        }

        @Override
        public int width() {
            return classes;
        }

        @Override
        public Tensor loss(Tensor f, Tensor labels) {
            requireLabels(labels, classes);
            return Losses.square(f, Tensors.eye(f.dtype(), classes).indexSelect(0, labels));
        }

        @Override
        public Tensor scores(Tensor f) {
            return f;
        }

        @Override
        public Tensor probabilities(Tensor f) {
            return f;
        }
    }

    /** Cross-entropy on logits. */
    record Softmax(int classes) implements Coding {
        public Softmax {
            requireClasses(classes);
        }

        @Override
        public String label() {
            return "cross-entropy";
        }

        @Override
        public String key() {
            return "ce";
        }

        @Override
        public int width() {
            return classes;
        }

        @Override
        public Tensor loss(Tensor f, Tensor labels) {
            requireLabels(labels, classes);
            return Losses.crossEntropy(f, labels);
        }

        @Override
        public Tensor scores(Tensor f) {
            return f;
        }

        @Override
        public Tensor probabilities(Tensor f) {
            return f.to(DType.F64).softmax(1);
        }
    }

    /** @throws IllegalArgumentException below two classes */
    static void requireClasses(int classes) {
        if (classes < 2) throw new IllegalArgumentException("coding: " + classes + " classes; at least 2 are needed");
    }

    /** @throws IllegalArgumentException when a label is not in 0 .. classes - 1 */
    static void requireLabels(Tensor labels, int classes) {
        for (long label : labels.toLongs()) {
            if (label < 0 || label >= classes) throw new IllegalArgumentException("coding: label " + label + " is not in 0.." + (classes - 1));
        }
    }
}
