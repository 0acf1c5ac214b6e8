package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Copying;
import java.util.List;

/** A dense copy on another device. The gradient goes back to the first. */
public record Transfer(Device from, Device to) implements Operation {
    @Override
    public String name() {
        return "transfer";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor out = Tensor.allocate(to, x.dtype(), x.shape());
        try (Tensor dense = Axes.dense(x)) {
            Copying.across(dense, out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().to(from)};
    }

    private static Tensor thereAndBack(Tensor x) {
        Tensor host = Operation.apply(new Transfer(x.device(), Device.CPU), x);
        return Operation.apply(new Transfer(Device.CPU, x.device()), host);
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("there and back", in -> thereAndBack(in.get(0)), Sample.Input.real(2, 3, 4)).types(Sample.ALL).tolerance(0).large(Sample.Input.real(40, 61, 83)),
                Sample.of("of a view", in -> thereAndBack(in.get(0).transpose()), Sample.Input.real(3, 4)).types(Sample.ALL).tolerance(0),
                Sample.of("empty", in -> thereAndBack(in.get(0)), Sample.Input.real(2, 0)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("closed tensor", List.of("transfer:", "f32 tensor [2, 3] is closed", "Scope.keep"), in -> {
                    in.get(0).close();
                    return thereAndBack(in.get(0));
                }, Sample.Input.real(2, 3)),
                Fault.of("no such device", List.of("device gpu:", "cpu, cuda and cuda:N"), in -> in.get(0).to(Device.parse("gpu")), Sample.Input.real(2)));
    }
}
