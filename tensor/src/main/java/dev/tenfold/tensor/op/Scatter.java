package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Indexing;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/**
 * A copy of x in which {@code out[…, index[…, k, …], …] = values[…, k, …]} along {@code axis}; where an index comes twice, the last k
 * wins. Inputs: x, index, values; index and values have one shape, which is x's except along the axis.
 *
 * <p>Gradients: G with zeros at the places that were set, and G gathered from them, for the values that won.
 */
public record Scatter(int axis) implements Operation {
    @Override
    public String name() {
        return "scatter";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor index = inputs[1];
        Tensor values = inputs[2];
        Shape shape = x.shape();
        int a = shape.axis(axis, name());
        Indices.requireAligned(name(), shape, index, a);
        if (!values.shape().equals(index.shape()) || values.dtype() != x.dtype()) {
            throw new IllegalArgumentException("scatter: the values are " + values.dtype() + " " + values.shape() + "; they must be "
                    + x.dtype() + ", as the target is, and " + index.shape() + ", as the index is");
        }
        try (Tensor places = Indices.checked(name(), index, shape.size(a)); Tensor from = Axes.dense(values)) {
            Tensor out = Contiguous.copy(x);
            Indexing.scatter(name(), from, Reducing.Lines.along(a, shape), places, index.size(a), out);
            return new Tensor[] {out};
        }
    }

    @Override
    public long savedInputs() {
        return 0b10;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor g = gradient.output();
        Tensor index = gradient.savedInput(1);
        Tensor dx = null;
        Tensor dv = null;
        if (gradient.needs(0)) dx = Operation.apply(this, g, index, Tensors.full(g.dtype(), index.shape(), 0));
        if (gradient.needs(2)) dv = winners(index, g.shape()).where(g.gather(axis, index), Tensors.scalar(g.dtype(), 0));
        return new Tensor[] {dx, null, dv};
    }

    /** True where no later k set the same place. */
    private Tensor winners(Tensor index, Shape shape) {
        try (NoGrad region = NoGrad.open()) {
            int a = shape.axis(axis, name());
            long[] sizes = new long[shape.rank()];
            java.util.Arrays.fill(sizes, 1);
            sizes[a] = index.size(a);
            Tensor order = Tensors.arange(index.size(a)).reshape(sizes).expand(index.shape());
            Tensor last = Operation.apply(this, Tensors.full(order.dtype(), shape, 0), index, order);
            return last.gather(axis, index).eq(order);
        }
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("columns", in -> in.get(0).scatter(1, in.get(1), in.get(2)), Sample.Input.real(3, 5), Sample.Input.index(5, 3, 2), Sample.Input.real(3, 2))
                        .types(Sample.ALL).tolerance(0).large(Sample.Input.real(4001, 5), Sample.Input.index(5, 4001, 2), Sample.Input.real(4001, 2)),
                Sample.of("rows, set twice", in -> in.get(0).scatter(0, in.get(1), in.get(2)), Sample.Input.real(3, 2), Sample.Input.index(3, 6, 2), Sample.Input.real(6, 2))
                        .types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other values", List.of("scatter: the values are f32 [2, 2]", "[2, 1]"), in -> in.get(0).scatter(1, in.get(1), in.get(2)),
                        Sample.Input.real(2, 3), Sample.Input.index(3, 2, 1), Sample.Input.real(2, 2)),
                Fault.of("other rows", List.of("scatter: the index [3, 1]", "[2, 3]", "axis 1"), in -> in.get(0).scatter(1, in.get(1), in.get(2)),
                        Sample.Input.real(2, 3), Sample.Input.index(3, 3, 1), Sample.Input.real(3, 1)),
                Fault.of("index outside", List.of("scatter: index 7 at position 0", "3 elements"), in -> in.get(0).scatter(1, in.get(1), in.get(2)),
                        Sample.Input.real(2, 3), new Sample.Input(Sample.Kind.INDEX, 7, 8, 2, 1), Sample.Input.real(2, 1)));
    }
}
