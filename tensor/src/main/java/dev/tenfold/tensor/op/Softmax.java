package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/**
 * {@code exp(x - m) / sum exp(x - m)} along {@code axis} with m the largest element, or its logarithm {@code x - m - log sum}.
 * The gradient is fused where it is not recorded itself, and tensor operations where it is.
 */
public record Softmax(int axis, boolean log) implements Operation {
    @Override
    public String name() {
        return log ? "logSoftmax" : "softmax";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Shape shape = x.shape();
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(name() + ": the tensor is " + x.dtype() + "; convert to a floating type first");
        }
        int a = shape.axis(axis, name());
        Tensor out = Tensor.allocate(x.dtype(), shape);
        try (Tensor dense = Axes.dense(x)) {
            Reducing.softmax(log, dense, Reducing.Lines.along(a, shape), out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor y = gradient.savedOutput(0);
        Tensor g = gradient.output();
        if (NoGrad.active()) return new Tensor[] {fused(y, g)};
        return new Tensor[] {log ? g.sub(y.exp().mul(g.sumKeep(axis))) : y.mul(g.sub(g.mul(y).sumKeep(axis)))};
    }

    private Tensor fused(Tensor y, Tensor g) {
        Shape shape = y.shape();
        int a = shape.axis(axis, name());
        Tensor out = Tensor.allocate(y.dtype(), shape);
        try (Tensor values = Axes.dense(y); Tensor incoming = Axes.dense(g)) {
            Reducing.softmaxGradient(log, values, incoming, Reducing.Lines.along(a, shape), out);
        }
        return out;
    }

    static List<Sample> samples(boolean log) {
        return List.of(
                Sample.of("rows", in -> log ? in.get(0).logSoftmax(-1) : in.get(0).softmax(-1), Sample.Input.real(3, 7)).large(Sample.Input.real(301, 201)),
                Sample.of("of one", in -> log ? in.get(0).logSoftmax(0) : in.get(0).softmax(0), Sample.Input.real(1, 3)),
                Sample.of("empty", in -> log ? in.get(0).logSoftmax(1) : in.get(0).softmax(1), Sample.Input.real(2, 0)),
                Sample.of("channels", in -> log ? in.get(0).logSoftmax(1) : in.get(0).softmax(1), Sample.Input.real(2, 3, 4)).large(Sample.Input.real(20, 33, 94)));
    }

    static List<Fault> faults(boolean log) {
        String name = log ? "logSoftmax" : "softmax";
        return List.of(
                Fault.of("integers", List.of(name + ": the tensor is i32", "floating"), in -> log ? in.get(0).to(DType.I32).logSoftmax(0) : in.get(0).to(DType.I32).softmax(0), Sample.Input.real(3)),
                Fault.of("no such axis", List.of(name + ": axis 1 does not exist in [3]"), in -> log ? in.get(0).logSoftmax(1) : in.get(0).softmax(1), Sample.Input.real(3)));
    }
}
