package dev.tenfold.tensor;

import dev.tenfold.kernels.cpu.Unscaling;
import dev.tenfold.tensor.primitive.ManyTensors;
import java.util.List;
import java.util.Optional;

/** Multiplication by a number and the search for NaN and infinities in one pass: what scaled gradients go through. */
public final class FiniteScaling {
    private FiniteScaling() {
    }

    /**
     * {@code t factor} for each of {@code tensors}, rounded in its type; empty when an element of one is infinite or NaN. Not recorded. On a device the
     * host waits once for all of them.
     *
     * @throws IllegalArgumentException when one is not dense or not floating
     */
    public static Optional<List<Tensor>> of(List<Tensor> tensors, double factor) {
        for (Tensor t : tensors) {
            t.checkOpen("FiniteScaling");
            if (!t.isDense() || !t.dtype().isFloating()) {
                throw new IllegalArgumentException("FiniteScaling: the " + t.dtype() + " tensor " + t.shape() + " must be dense and floating; contiguous() gives a dense one");
            }
        }
        List<Tensor> products = tensors.stream().map(t -> Tensor.allocate(t.device(), t.dtype(), t.shape())).toList();
        boolean finite = true;
        for (Device device : tensors.stream().map(Tensor::device).distinct().toList()) {
            List<Tensor> from = on(device, tensors);
            finite = finite && (device == Device.CPU ? onHost(from, factor, on(device, products)) : ManyTensors.scaleAndLook(from, factor, on(device, products)));
        }
        if (finite) return Optional.of(products);
        products.forEach(Tensor::close);
        return Optional.empty();
    }

    /** {@code t factor} for each of {@code tensors}, rounded in its type, whatever it is; on a device in few launches. Not recorded. */
    public static List<Tensor> unchecked(List<Tensor> tensors, double factor) {
        try (NoGrad region = NoGrad.open()) {
            List<Tensor> dense = tensors.stream().map(Tensor::contiguous).toList();
            List<Tensor> products = dense.stream().map(t -> t.device() == Device.CPU ? t.mul(factor) : Tensor.allocate(t.device(), t.dtype(), t.shape())).toList();
            for (Device device : dense.stream().map(Tensor::device).distinct().toList()) {
                if (device != Device.CPU) ManyTensors.scale(on(device, dense), factor, on(device, products));
            }
            return products;
        }
    }

    private static List<Tensor> on(Device device, List<Tensor> tensors) {
        return tensors.stream().filter(t -> t.device() == device).toList();
    }

    private static boolean onHost(List<Tensor> from, double factor, List<Tensor> to) {
        for (int i = 0; i < from.size(); i++) {
            Tensor t = from.get(i);
            if (!Unscaling.run(t.dtype(), t.address(), t.elements(), factor, to.get(i).address())) return false;
        }
        return true;
    }
}
