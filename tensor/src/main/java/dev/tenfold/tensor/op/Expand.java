package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** A view broadcast to a larger shape, with stride 0 where the input repeats. The gradient is summed back. */
public record Expand(Shape to) implements Operation {
    @Override
    public String name() {
        return "expand";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        if (!x.shape().broadcastsTo(to)) {
            throw new IllegalArgumentException("expand: " + x.shape() + " does not broadcast to " + to
                    + "; sizes must be equal or 1, aligned at the end");
        }
        return new Tensor[] {x.withLayout(Layout.of(to, x.layout().broadcastStrides(to), x.layout().offset()))};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().sumTo(gradient.inputShape(0))};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).expand(4, 3), Sample.Input.real(3)).types(Sample.ALL).tolerance(0),
                Sample.of("inside", in -> in.get(0).expand(2, 4, 3), Sample.Input.real(2, 1, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("scalar", in -> in.get(0).expand(2, 3), Sample.Input.real()).types(Sample.ALL).tolerance(0),
                Sample.of("to nothing", in -> in.get(0).expand(0, 3), Sample.Input.real(1, 3)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("other size", List.of("expand:", "[2, 3]", "[4, 3]", "equal or 1"), in -> in.get(0).expand(4, 3), Sample.Input.real(2, 3)));
    }
}
