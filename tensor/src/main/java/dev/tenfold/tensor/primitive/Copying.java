package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.kernels.cuda.CudaCopy;
import dev.tenfold.kernels.cuda.CudaDevice;
import dev.tenfold.kernels.cuda.Transfers;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;

/** Copies and fills, on whichever device the tensors are. */
public final class Copying {
    private Copying() {
    }

    /** Writes {@code from} into {@code to}: of one device, type and shape, each laid out in its own way. */
    public static void strided(Tensor from, Tensor to) {
        long[] shape = to.shape().sizes();
        if (to.device() == Device.CPU) Indexing.copy(to.dtype(), shape, from.address(), from.layout().strides(), to.address(), to.layout().strides());
        else CudaCopy.copy(to.device().accelerator(), to.dtype(), shape, from.deviceAddress(), from.layout().strides(), to.deviceAddress(), to.layout().strides());
    }

    /** Writes {@code value}, converted to its type, into every element of the dense {@code t}. */
    public static void fill(Tensor t, double value) {
        if (t.device() != Device.CPU) CudaCopy.fill(t.device().accelerator(), t.dtype(), t.elements(), t.deviceAddress(), value);
        else if (value == 0 && 1 / value > 0) Memory.fill(t.address(), t.elements() * t.dtype().bytes(), (byte) 0);
        else Indexing.fill(t.dtype(), new long[] {t.elements()}, t.address(), new long[] {1}, value);
    }

    /** Writes the dense {@code from} into the dense {@code to}, of one type and as many elements, between any two devices. */
    public static void across(Tensor from, Tensor to) {
        long bytes = to.elements() * to.dtype().bytes();
        if (bytes == 0) return;
        boolean fromHost = from.device() == Device.CPU;
        boolean toHost = to.device() == Device.CPU;
        if (fromHost && toHost) {
            Memory.copy(from.address(), to.address(), bytes);
        } else if (fromHost) {
            Transfers.toDevice(from.address(), to.deviceAddress(), bytes, to.device().accelerator().stream());
        } else if (toHost) {
            Transfers.toHost(from.deviceAddress(), to.address(), bytes, from.device().accelerator().stream());
        } else {
            CudaDevice source = from.device().accelerator();
            source.stream().synchronize(); // another device's stream does not know when the values are there
            Transfers.copyAcross(source, from.deviceAddress(), to.deviceAddress(), bytes, to.device().accelerator().stream());
        }
    }
}
