package dev.tenfold.tensor.primitive;

import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.kernels.cpu.Scans;
import dev.tenfold.kernels.cuda.CudaRecurrence;
import dev.tenfold.kernels.cuda.CudaReductions;
import dev.tenfold.kernels.cuda.CudaSoftmax;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.kernels.expr.PreparedRun;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Reductions, softmax and running sums of dense tensors along the middle of {@code [outer, n, inner]}, on whichever device they are. */
public final class Reducing {
    /** A dense shape around one dimension. */
    public record Lines(long outer, long n, long inner) {
        /** The lines along {@code axis}, which counts from the front. */
        public static Lines along(int axis, Shape shape) {
            return new Lines(shape.product(0, axis), shape.size(axis), shape.product(axis + 1, shape.rank()));
        }
    }

    private Reducing() {
    }

    /** {@code out[o, i] = reduce_k x[o, k, i]}; see {@link Reductions#reduce}. */
    public static void reduce(Reductions.Kind kind, Tensor x, Lines l, Tensor out) {
        if (out.device() == Device.CPU) Reductions.reduce(kind, x.dtype(), x.address(), l.outer, l.n, l.inner, out.address());
        else CudaReductions.reduce(out.device().accelerator(), kind, x.dtype(), x.deviceAddress(), l.outer, l.n, l.inner, out.deviceAddress());
    }

    /** {@link #reduce} of the only result of {@code kernel} on {@code inputs}, broadcast to {@code shape}, which is never stored: f32 or f64, inner is 1. */
    public static void computed(Reductions.Kind kind, PointwiseKernel kernel, Tensor[] inputs, Shape shape, double[] params, Lines l, Tensor out) {
        long[][] strides = Loop.strides(inputs, shape);
        if (out.device() != Device.CPU) {
            CudaReductions.reduceComputed(out.device().accelerator(), kind, kernel, shape.sizes(), strides, Loop.addresses(inputs), params, l.outer, l.n, out.deviceAddress());
            return;
        }
        try (PreparedRun values = kernel.prepare(shape.sizes(), strides, Loop.addresses(inputs), params)) {
            Reductions.reduceComputed(kind, out.dtype(), values, l.outer, l.n, out.address());
        }
    }

    /** As {@link #computed(Reductions.Kind, PointwiseKernel, Tensor[], Shape, double[], Lines, Tensor)}, of the only result of {@code pipeline}. */
    public static void computed(Reductions.Kind kind, Pipeline pipeline, Tensor[] inputs, Shape shape, Lines l, Tensor out) {
        long[][] strides = Loop.strides(inputs, shape);
        if (out.device() != Device.CPU) {
            CudaReductions.reduceComputed(out.device().accelerator(), kind, pipeline, shape.sizes(), strides, Loop.addresses(inputs), l.outer, l.n, out.deviceAddress());
            return;
        }
        try (PreparedRun values = pipeline.prepare(shape.sizes(), strides, Loop.addresses(inputs))) {
            Reductions.reduceComputed(kind, out.dtype(), values, l.outer, l.n, out.address());
        }
    }

    /** The i64 index of the first extreme of every line. */
    public static void argExtreme(boolean largest, Tensor x, Lines l, Tensor out) {
        if (out.device() == Device.CPU) Reductions.argExtreme(largest, x.dtype(), x.address(), l.outer, l.n, l.inner, out.address());
        else CudaReductions.argExtreme(out.device().accelerator(), largest, x.dtype(), x.deviceAddress(), l.outer, l.n, l.inner, out.deviceAddress());
    }

    /** The running sum of every line, from its end where {@code reverse}. */
    public static void cumulativeSum(Tensor x, Lines l, boolean reverse, Tensor out) {
        if (out.device() == Device.CPU) Reductions.cumulativeSum(x.dtype(), x.address(), l.outer, l.n, l.inner, reverse, out.address());
        else CudaReductions.cumulativeSum(out.device().accelerator(), x.dtype(), x.deviceAddress(), l.outer, l.n, l.inner, reverse, out.deviceAddress());
    }

    /** {@code y_k = x_k + a_k y_{k-1}} along every line, from its end where {@code reverse}; see {@link Scans#recurrence}. */
    public static void recurrence(Tensor x, Tensor a, Lines l, boolean reverse, Tensor out) {
        if (out.device() == Device.CPU) {
            Scans.recurrence(out.dtype(), x.address(), a.address(), l.outer, l.n, l.inner, reverse, out.address());
        } else {
            CudaRecurrence.linear(out.device().accelerator(), out.dtype(), x.deviceAddress(), a.deviceAddress(), l.outer, l.n, l.inner, reverse, out.deviceAddress());
        }
    }

    /** {@code y_k = log sum_{j <= k} exp(x_j)} along every line; see {@link Scans#logCumulativeSumExp}. */
    public static void logCumulativeSumExp(Tensor x, Lines l, Tensor out) {
        if (out.device() == Device.CPU) Scans.logCumulativeSumExp(out.dtype(), x.address(), l.outer, l.n, l.inner, out.address());
        else CudaRecurrence.logCumulativeSumExp(out.device().accelerator(), out.dtype(), x.deviceAddress(), l.outer, l.n, l.inner, out.deviceAddress());
    }

    /** Softmax of every line, or its logarithm. */
    public static void softmax(boolean log, Tensor x, Lines l, Tensor out) {
        if (out.device() == Device.CPU) Reductions.softmax(log, x.dtype(), x.address(), l.outer, l.n, l.inner, out.address());
        else CudaSoftmax.forward(out.device().accelerator(), log, x.dtype(), x.deviceAddress(), l.outer, l.n, l.inner, out.deviceAddress());
    }

    /** The gradient of {@link #softmax} from its result and the incoming gradient. */
    public static void softmaxGradient(boolean log, Tensor y, Tensor g, Lines l, Tensor out) {
        if (out.device() == Device.CPU) {
            Reductions.softmaxGradient(log, y.dtype(), y.address(), g.address(), l.outer, l.n, l.inner, out.address());
        } else {
            CudaSoftmax.gradient(out.device().accelerator(), log, y.dtype(), y.deviceAddress(), g.deviceAddress(), l.outer, l.n, l.inner, out.deviceAddress());
        }
    }
}
