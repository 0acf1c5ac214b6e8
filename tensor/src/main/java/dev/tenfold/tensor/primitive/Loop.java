package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cuda.CudaPointwise;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** Element-wise loops, on whichever device the tensors are. Inputs broadcast to the shape of the outputs, which are dense. */
public final class Loop {
    private Loop() {
    }

    /** Computes the kernel's results on {@code inputs}, broadcast to {@code shape}, into {@code outputs}. */
    public static void run(PointwiseKernel kernel, Tensor[] inputs, Shape shape, double[] params, Tensor... outputs) {
        Device device = outputs[0].device();
        long[] operands = new long[inputs.length + outputs.length];
        for (int i = 0; i < inputs.length; i++) operands[i] = address(inputs[i]);
        for (int k = 0; k < outputs.length; k++) operands[inputs.length + k] = address(outputs[k]);
        int scalars = scalars(inputs, shape);
        if (device == Device.CPU) {
            if (scalars >= 0) kernel.run(shape.elements(), operands, scalars, params);
            else kernel.run(shape.sizes(), strides(inputs, shape), operands, params);
        } else {
            if (scalars >= 0) CudaPointwise.run(device.accelerator(), kernel, shape.elements(), operands, scalars, params);
            else CudaPointwise.run(device.accelerator(), kernel, shape.sizes(), strides(inputs, shape), operands, params);
        }
    }

    /** Computes all stages of {@code pipeline} on {@code inputs}, broadcast to {@code shape}, into {@code outputs}. */
    public static void run(Pipeline pipeline, Tensor[] inputs, Shape shape, Tensor... outputs) {
        Device device = outputs[0].device();
        long[][] strides = strides(inputs, shape);
        if (device == Device.CPU) pipeline.run(shape.sizes(), strides, addresses(inputs), addresses(outputs));
        else CudaPointwise.run(device.accelerator(), pipeline, shape.sizes(), strides, addresses(inputs), addresses(outputs));
    }

    /** Runs over operands that lie dense on {@code device}, all together. */
    public static void runAll(Device device, PointwiseKernel kernel, List<PointwiseKernel.Run> runs) {
        if (device == Device.CPU) kernel.runAll(runs);
        else CudaPointwise.runAll(device.accelerator(), kernel, runs);
    }

    /** The tensors of one element, as bits, where all others are dense and of {@code shape}; -1 where they are not. */
    private static int scalars(Tensor[] tensors, Shape shape) {
        int scalars = 0;
        for (int i = 0; i < tensors.length; i++) {
            Tensor t = tensors[i];
            if (t.elements() == 1) scalars |= 1 << i;
            else if (!t.isDense() || !t.shape().equals(shape)) return -1;
        }
        return scalars;
    }

    /** The strides with which each tensor is walked to broadcast to {@code shape}. */
    public static long[][] strides(Tensor[] tensors, Shape shape) {
        long[][] strides = new long[tensors.length][];
        for (int i = 0; i < strides.length; i++) strides[i] = tensors[i].layout().broadcastStrides(shape);
        return strides;
    }

    /** Where {@code t} begins in the memory of its device. */
    public static long address(Tensor t) {
        return t.device() == Device.CPU ? t.address() : t.deviceAddress();
    }

    /** Where {@code tensors} begin in the memory of their device. */
    public static long[] addresses(Tensor[] tensors) {
        long[] addresses = new long[tensors.length];
        for (int i = 0; i < addresses.length; i++) addresses[i] = address(tensors[i]);
        return addresses;
    }
}
