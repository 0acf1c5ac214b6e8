package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cpu.Attention;
import dev.tenfold.kernels.cpu.Attention.Heads;
import dev.tenfold.kernels.cpu.Attention.Mask;
import dev.tenfold.kernels.cpu.Attention.Sizes;
import dev.tenfold.kernels.cuda.CudaAttention;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Attention of heads, on whichever device they are. The CPU takes f32 and f64. */
public final class Attending {
    private Attending() {
    }

    /** Where the kernels of its device find the first element of {@code x}. */
    public static long address(Tensor x) {
        return x.device() == Device.CPU ? x.address() : x.deviceAddress();
    }

    /** What is kept of each query for the gradient besides the result: nothing on the CPU. */
    public static Tensor logs(Tensor q) {
        Shape shape = q.device() == Device.CPU ? Shape.of(0) : Shape.of(q.size(0), q.size(1), q.size(2));
        return Tensor.allocate(q.dtype().compute(), shape);
    }

    /** See {@link Attention#forward}; no size is 0. {@code logs} is of {@link #logs}. */
    public static void forward(Device device, Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads out, Tensor logs) {
        if (device == Device.CPU) Attention.forward(s, q, k, v, mask, out);
        else CudaAttention.forward(device.accelerator(), s, q, k, v, mask, out, logs.deviceAddress());
    }

    /** See {@link Attention#gradient}; {@code out} and {@code logs} are what {@link #forward} gave. */
    public static void gradient(Device device, Sizes s, Heads q, Heads k, Heads v, Mask mask, Heads out, Tensor logs, Heads g, Heads dq, Heads dk, Heads dv) {
        if (device == Device.CPU) Attention.gradient(s, q, k, v, mask, g, dq, dk, dv);
        else CudaAttention.gradient(device.accelerator(), s, q, k, v, mask, out, logs.deviceAddress(), g, dq, dk, dv);
    }
}
