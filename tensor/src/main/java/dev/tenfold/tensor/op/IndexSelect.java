package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Indexing;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/** The slices of x along {@code axis} that a vector of indices names: an embedding look-up. The gradient is {@link IndexAdd}. */
public record IndexSelect(int axis) implements Operation {
    @Override
    public String name() {
        return "indexSelect";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor index = inputs[1];
        Shape shape = x.shape();
        int a = shape.axis(axis, name());
        if (index.rank() != 1) throw new IllegalArgumentException("indexSelect: the index must be a vector, not " + index.shape());
        Tensor out = Tensor.allocate(x.dtype(), shape.with(a, index.elements()));
        try (Tensor values = Axes.dense(x); Tensor places = Indices.checked(name(), index, shape.size(a))) {
            Indexing.select(name(), values, Reducing.Lines.along(a, shape), places, out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 2;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {Operation.apply(new IndexAdd(axis, gradient.inputShape(0).size(axis)), gradient.output(), gradient.savedInput(1)), null};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).indexSelect(0, in.get(1)), Sample.Input.real(5, 3), Sample.Input.index(5, 7)).types(Sample.ALL).tolerance(0)
                        .large(Sample.Input.real(500, 61), Sample.Input.index(500, 1001)),
                Sample.of("middle", in -> in.get(0).indexSelect(1, in.get(1)), Sample.Input.real(2, 4, 3), Sample.Input.index(4, 3)).tolerance(0),
                Sample.of("nothing", in -> in.get(0).indexSelect(0, in.get(1)), Sample.Input.real(5, 3), Sample.Input.index(5, 0)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("matrix of indices", List.of("indexSelect:", "vector", "[2, 2]"), in -> in.get(0).indexSelect(1, in.get(1)), Sample.Input.real(3, 5), Sample.Input.index(5, 2, 2)),
                Fault.of("index outside", List.of("indexSelect: index 7 at position 0", "5 elements"), in -> in.get(0).indexSelect(1, in.get(1).to(DType.I64)), Sample.Input.real(3, 5), Sample.Input.whole(7, 8, 2)),
                Fault.of("fractional index", List.of("indexSelect: indices are f32", "i64"), in -> in.get(0).indexSelect(1, in.get(1)), Sample.Input.real(3, 5), Sample.Input.real(0.0, 1.0, 2)));
    }
}
