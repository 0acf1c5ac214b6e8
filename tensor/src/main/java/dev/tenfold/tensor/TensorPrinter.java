package dev.tenfold.tensor;

/** Renders tensors for people. */
final class TensorPrinter {
    private TensorPrinter() {
    }

    static String print(Tensor t) {
        return "Tensor(" + t.dtype() + " " + t.shape() + ")";
    }
}
