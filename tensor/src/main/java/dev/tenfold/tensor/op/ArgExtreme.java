package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/** The index (i64) of the first largest or smallest element along {@code axis}; the first NaN counts as both. No gradient. */
public record ArgExtreme(boolean largest, int axis) implements Operation {
    @Override
    public String name() {
        return largest ? "argMax" : "argMin";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Shape shape = x.shape();
        int a = shape.axis(axis, name());
        if (shape.size(a) == 0) throw new IllegalArgumentException(name() + ": axis " + axis + " of " + shape + " is empty");
        Tensor out = Tensor.allocate(DType.I64, shape.without(a));
        try (Tensor dense = Axes.dense(x)) {
            Reducing.argExtreme(largest, dense, Reducing.Lines.along(a, shape), out);
        }
        return new Tensor[] {out};
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[1];
    }

    static List<Sample> samples(boolean largest) {
        return List.of(
                Sample.of("rows", in -> largest ? in.get(0).argMax(-1) : in.get(0).argMin(-1), Sample.Input.real(4, 6))
                        .types(Sample.ALL).order(0).tolerance(0).large(Sample.Input.real(301, 501)),
                Sample.of("columns", in -> largest ? in.get(0).argMax(0) : in.get(0).argMin(0), Sample.Input.real(4, 6))
                        .types(Sample.ALL).order(0).tolerance(0).large(Sample.Input.real(501, 301)),
                Sample.of("equal elements", in -> largest ? in.get(0).argMax(-1) : in.get(0).argMin(-1), Sample.Input.whole(0, 2, 4, 40))
                        .types(Sample.ALL).order(0).tolerance(0),
                Sample.of("of one", in -> largest ? in.get(0).argMax(0) : in.get(0).argMin(0), Sample.Input.real(1)).order(0).tolerance(0));
    }

    static List<Fault> faults(boolean largest) {
        String name = largest ? "argMax" : "argMin";
        return List.of(
                Fault.of("empty axis", List.of(name + ":", "axis 1 of [2, 0] is empty"), in -> largest ? in.get(0).argMax(1) : in.get(0).argMin(1), Sample.Input.real(2, 0)),
                Fault.of("scalar", List.of(name + ": axis 0 does not exist", "a scalar"), in -> largest ? in.get(0).argMax(0) : in.get(0).argMin(0), Sample.Input.real()));
    }
}
