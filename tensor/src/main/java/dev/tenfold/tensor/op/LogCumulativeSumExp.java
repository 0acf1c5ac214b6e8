package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/**
 * {@code y_k = log sum_{j <= k} exp(x_j)} along {@code axis}, without overflow.
 *
 * <p>Gradient: {@code dx_j = exp(x_j - y_j) t_j} with {@code t_j = sum_{k >= j} g_k exp(y_j - y_k)}, which is the recurrence
 * {@code t_j = g_j + exp(y_j - y_{j+1}) t_{j+1}}. Since y rises, no exponential exceeds 1.
 */
public record LogCumulativeSumExp(int axis) implements Operation {
    @Override
    public String name() {
        return "logCumulativeSumExp";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = inputs[0].shape();
        int a = shape.axis(axis, name());
        return new Tensor[] {Single.onTensors(name(), inputs, shape, (in, out) -> Reducing.logCumulativeSumExp(in[0], Reducing.Lines.along(a, shape), out))};
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        Tensor y = gradient.savedOutput(0);
        if (y.elements() == 0) return new Tensor[] {Tensors.zerosLike(x)};
        // Before the first finite element y is minus infinity, and x - y would be NaN where the gradient is 0.
        Tensor finite = y.eq(Double.NEGATIVE_INFINITY).where(Tensors.scalar(y.dtype(), 0), y);
        Tensor next = Tensors.concat(axis, List.of(finite.narrow(axis, 1, y.size(axis) - 1), finite.narrow(axis, y.size(axis) - 1, 1)));
        Tensor sums = gradient.output().linearRecurrence(y.sub(next).exp(), axis, true);
        return new Tensor[] {x.sub(finite).exp().mul(sums)};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).logCumulativeSumExp(-1), Sample.Input.real(-3.0, 3.0, 3, 7)).large(Sample.Input.real(301, 101)),
                Sample.of("middle", in -> in.get(0).logCumulativeSumExp(1), Sample.Input.real(2, 3, 4)),
                Sample.of("of one", in -> in.get(0).logCumulativeSumExp(1), Sample.Input.real(3, 1)),
                Sample.of("of nothing", in -> in.get(0).logCumulativeSumExp(1), Sample.Input.real(2, 0)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("integers", List.of("logCumulativeSumExp: inputs i32 [3]", "must be floating"), in -> in.get(0).to(DType.I32).logCumulativeSumExp(0), Sample.Input.real(3)),
                Fault.of("scalar", List.of("logCumulativeSumExp: axis 0 does not exist"), in -> in.get(0).logCumulativeSumExp(0), Sample.Input.real()));
    }
}
