package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** The sum over axes. Integers keep their type (and wrap); bool counts as i64. An empty sum is 0. */
public record Sum(Axes axes) implements Operation {
    @Override
    public String name() {
        return "sum";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0].dtype() == DType.BOOL ? inputs[0].to(DType.I64) : inputs[0];
        return new Tensor[] {axes.reduce(name(), Reductions.Kind.SUM, x)};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("all", in -> in.get(0).sum(), Sample.Input.real(3, 4)).types(Sample.ALL).large(Sample.Input.real(100_003)),
                Sample.of("last", in -> in.get(0).sum(-1), Sample.Input.real(3, 70)).large(Sample.Input.real(301, 501)),
                Sample.of("first kept", in -> in.get(0).sumKeep(0), Sample.Input.real(5, 3)).large(Sample.Input.real(5001, 33)),
                Sample.of("outer and inner", in -> in.get(0).sum(0, 2), Sample.Input.real(2, 3, 4)).large(Sample.Input.real(60, 51, 63)),
                Sample.of("of nothing", in -> in.get(0).sum(1), Sample.Input.real(2, 0)).types(Sample.ALL),
                Sample.of("of one", in -> in.get(0).sum(), Sample.Input.real(1, 1)).types(Sample.ALL),
                Sample.of("scalar", in -> in.get(0).sum(), Sample.Input.real()));
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {axes.restore(gradient.output(), gradient.inputShape(0)).expand(gradient.inputShape(0))};
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("no such axis", List.of("sum: axis 2 does not exist in [2, 3]", "-2 to 1"), in -> in.get(0).sum(2), Sample.Input.real(2, 3)),
                Fault.of("an axis twice", List.of("sum: axis -2", "[2, 3]", "named twice"), in -> in.get(0).sum(0, -2), Sample.Input.real(2, 3)));
    }
}
