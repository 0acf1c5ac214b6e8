package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** The largest or smallest element over axes; NaN wins. Equal extremes share the gradient evenly. Nothing has no extreme. */
public record Extreme(boolean largest, Axes axes) implements Operation {
    @Override
    public String name() {
        return largest ? "max" : "min";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        if (axes.count(x.shape(), name()) == 0) {
            throw new IllegalArgumentException(name() + ": there is no element over the reduced axes of " + x.shape());
        }
        return new Tensor[] {axes.reduce(name(), largest ? Reductions.Kind.MAX : Reductions.Kind.MIN, x)};
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient(axes, gradient.savedInput(0), gradient.savedOutput(0), gradient.output())};
    }

    /** The gradient of {@code x}, whose extremes over {@code axes} are {@code y}: shared alike among equal elements. */
    static Tensor gradient(Axes axes, Tensor x, Tensor y, Tensor incoming) {
        Tensor extreme = axes.restore(y, x.shape());
        Tensor hits = x.eq(extreme).to(x.dtype());
        Tensor shared = axes.restore(incoming, x.shape()).div(hits.sumTo(extreme.shape()));
        return hits.mul(shared);
    }

    static List<Sample> samples(boolean largest) {
        return List.of(
                Sample.of("all", in -> largest ? in.get(0).max() : in.get(0).min(), Sample.Input.real(3, 4)).types(Sample.NUMBERS).tolerance(0)
                        .large(Sample.Input.real(100_003)),
                Sample.of("last", in -> largest ? in.get(0).max(-1) : in.get(0).min(-1), Sample.Input.real(3, 70)).tolerance(0).large(Sample.Input.real(301, 501)),
                Sample.of("outer", in -> largest ? in.get(0).max(0) : in.get(0).min(0), Sample.Input.real(3, 9)).tolerance(0).large(Sample.Input.real(5001, 33)),
                Sample.of("equal elements", in -> largest ? in.get(0).max(-1) : in.get(0).min(-1), Sample.Input.whole(0, 2, 4, 5)).types(Sample.NUMBERS).order(0).tolerance(0),
                Sample.of("of one", in -> largest ? in.get(0).max() : in.get(0).min(), Sample.Input.real(1, 1)).tolerance(0),
                Sample.of("no rows", in -> largest ? in.get(0).max(1) : in.get(0).min(1), Sample.Input.real(0, 3)).tolerance(0));
    }

    static List<Fault> faults(boolean largest) {
        String name = largest ? "max" : "min";
        return List.of(
                Fault.of("nothing to choose from", List.of(name + ":", "no element", "[2, 0]"), in -> largest ? in.get(0).max(1) : in.get(0).min(1), Sample.Input.real(2, 0)),
                Fault.of("no such axis", List.of(name + ": axis 2 does not exist in [2, 3]"), in -> largest ? in.get(0).max(2) : in.get(0).min(2), Sample.Input.real(2, 3)));
    }
}
