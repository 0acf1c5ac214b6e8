package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cpu.Convolution;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.kernels.cpu.Pooling;
import dev.tenfold.kernels.cuda.CudaConvolution;
import dev.tenfold.kernels.cuda.CudaPooling;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;

/** Convolutions and pooling of dense images [n, c, h, w] of one floating type, on whichever device they are. The CPU's take f32 and f64. */
public final class Convolving {
    private Convolving() {
    }

    /** {@code y = conv(x, weight) + bias}; bias is null where there is none. */
    public static void forward(Geometry g, Tensor x, Tensor weight, Tensor bias, Tensor y) {
        if (y.device() == Device.CPU) {
            Convolution.forward(y.dtype(), g, x.address(), weight.address(), bias == null ? 0 : bias.address(), y.address());
        } else {
            CudaConvolution.forward(y.device().accelerator(), y.dtype(), g, x.deviceAddress(), weight.deviceAddress(), bias == null ? 0 : bias.deviceAddress(), y.deviceAddress());
        }
    }

    /** The adjoint of {@link #forward} with respect to x. */
    public static void inputGradient(Geometry g, Tensor dy, Tensor weight, Tensor dx) {
        if (dx.device() == Device.CPU) Convolution.backwardInput(dx.dtype(), g, dy.address(), weight.address(), dx.address());
        else CudaConvolution.inputGradient(dx.device().accelerator(), dx.dtype(), g, dy.deviceAddress(), weight.deviceAddress(), dx.deviceAddress());
    }

    /** The adjoint of {@link #forward} with respect to the weight. */
    public static void weightGradient(Geometry g, Tensor x, Tensor dy, Tensor dw) {
        if (dw.device() == Device.CPU) Convolution.backwardWeight(dw.dtype(), g, x.address(), dy.address(), dw.address());
        else CudaConvolution.weightGradient(dw.device().accelerator(), dw.dtype(), g, x.deviceAddress(), dy.deviceAddress(), dw.deviceAddress());
    }

    /** The largest of each window; its position in the plane goes to {@code positions}, i64, where that is not null. */
    public static void max(Geometry g, Tensor x, Tensor y, Tensor positions) {
        if (y.device() == Device.CPU) Pooling.max(y.dtype(), g, x.address(), y.address(), positions == null ? 0 : positions.address());
        else CudaPooling.max(y.device().accelerator(), y.dtype(), g, x.deviceAddress(), y.deviceAddress(), positions == null ? 0 : positions.deviceAddress());
    }

    /** The gradient of {@link #max}: each element of dy is added where its position tells. Any floating type. */
    public static void maxGradient(Geometry g, Tensor dy, Tensor positions, Tensor dx) {
        if (dx.device() == Device.CPU) {
            Copying.fill(dx, 0);
            Indexing.scatterAdd(dx.dtype(), dy.address(), (long) g.n() * g.c(), (long) g.outH() * g.outW(), 1, positions.address(), (long) g.h() * g.w(), dx.address());
        } else {
            CudaPooling.maxGradient(dx.device().accelerator(), dx.dtype(), g, dy.deviceAddress(), positions.deviceAddress(), dx.deviceAddress());
        }
    }

    /** The mean of each window. */
    public static void average(Geometry g, boolean countPadding, Tensor x, Tensor y) {
        if (y.device() == Device.CPU) Pooling.average(y.dtype(), g, countPadding, x.address(), y.address());
        else CudaPooling.average(y.device().accelerator(), y.dtype(), g, countPadding, x.deviceAddress(), y.deviceAddress());
    }

    /** The adjoint of {@link #average}. */
    public static void averageGradient(Geometry g, boolean countPadding, Tensor dy, Tensor dx) {
        if (dx.device() == Device.CPU) Pooling.averageBackward(dx.dtype(), g, countPadding, dy.address(), dx.address());
        else CudaPooling.averageGradient(dx.device().accelerator(), dx.dtype(), g, countPadding, dy.deviceAddress(), dx.deviceAddress());
    }
}
