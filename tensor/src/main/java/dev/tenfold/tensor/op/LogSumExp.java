package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** {@code log sum exp(x)} over axes, without overflow. The gradient is {@code g exp(x - y)}: the softmax. */
public record LogSumExp(Axes axes) implements Operation {
    @Override
    public String name() {
        return "logSumExp";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException("logSumExp: the tensor is " + x.dtype() + "; convert to a floating type first");
        }
        return new Tensor[] {axes.reduce(name(), Reductions.Kind.LOG_SUM_EXP, x)};
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        Tensor y = axes.restore(gradient.savedOutput(0), x.shape());
        return new Tensor[] {x.sub(y).exp().mul(axes.restore(gradient.output(), x.shape()))};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).logSumExp(-1), Sample.Input.real(3, 7)).large(Sample.Input.real(301, 201)),
                Sample.of("outer", in -> in.get(0).logSumExp(0), Sample.Input.real(5, 3)).large(Sample.Input.real(2001, 33)),
                Sample.of("of one", in -> in.get(0).logSumExp(1), Sample.Input.real(3, 1)),
                Sample.of("all", in -> in.get(0).logSumExp(), Sample.Input.real(2, 3, 4)).large(Sample.Input.real(30, 31, 84)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("integers", List.of("logSumExp: the tensor is i32", "floating"), in -> in.get(0).to(DType.I32).logSumExp(), Sample.Input.real(3)),
                Fault.of("no such axis", List.of("logSumExp: axis 1 does not exist in [3]"), in -> in.get(0).logSumExp(1), Sample.Input.real(3)));
    }
}
