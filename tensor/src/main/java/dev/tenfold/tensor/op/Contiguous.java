package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Copying;
import java.util.List;

/** A dense row-major copy. The gradient passes unchanged. */
public record Contiguous() implements Operation {
    @Override
    public String name() {
        return "contiguous";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        return new Tensor[] {copy(inputs[0])};
    }

    /** The copy, not recorded. */
    static Tensor copy(Tensor x) {
        Tensor out = Tensor.allocate(x.dtype(), x.shape());
        Copying.strided(x, out);
        return out;
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output()};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("copy", in -> in.get(0).copy(), Sample.Input.real(2, 3, 4)).types(Sample.ALL).tolerance(0).large(Sample.Input.real(40, 61, 83)),
                Sample.of("transposed", in -> in.get(0).transpose().contiguous(), Sample.Input.real(3, 4)).types(Sample.ALL).tolerance(0)
                        .large(Sample.Input.real(451, 501)),
                Sample.of("empty", in -> in.get(0).copy(), Sample.Input.real(2, 0)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("closed tensor", List.of("contiguous:", "f32 tensor [2, 3] is closed", "Scope.keep"), in -> {
            in.get(0).close();
            return in.get(0).copy();
        }, Sample.Input.real(2, 3)));
    }
}
