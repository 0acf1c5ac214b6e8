package dev.tenfold.tensor;

import dev.tenfold.kernels.cpu.Unscaling;
import java.util.Optional;

/** Multiplication by a number and the search for NaN and infinities in one pass: what a scaled gradient goes through. */
public final class FiniteScaling {
    private FiniteScaling() {
    }

    /**
     * {@code t factor}, rounded in t's type; empty when an element of it is infinite or NaN. Not recorded.
     *
     * @throws IllegalArgumentException when t is not dense or not floating
     */
    public static Optional<Tensor> of(Tensor t, double factor) {
        t.checkOpen("FiniteScaling");
        if (!t.isDense() || !t.dtype().isFloating()) {
            throw new IllegalArgumentException("FiniteScaling: the " + t.dtype() + " tensor " + t.shape() + " must be dense and floating; contiguous() gives a dense one");
        }
        if (t.device() != Device.CPU) return onDevice(t, factor);
        Tensor product = Tensor.allocate(Device.CPU, t.dtype(), t.shape());
        if (Unscaling.run(t.dtype(), t.address(), t.elements(), factor, product.address())) return Optional.of(product);
        product.close();
        return Optional.empty();
    }

    private static Optional<Tensor> onDevice(Tensor t, double factor) {
        try (NoGrad region = NoGrad.open(); Tensor product = t.mul(factor); Tensor finite = product.isFinite(); Tensor all = finite.all()) {
            return all.item() != 0 ? Optional.of(product.alias()) : Optional.empty();
        }
    }
}
