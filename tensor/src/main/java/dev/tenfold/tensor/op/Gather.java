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

/**
 * {@code out[…, k, …] = x[…, index[…, k, …], …]} along {@code axis}: the index (i64) has the result's shape, which equals x's
 * in every other dimension. Negative indices count from the end. The gradient is scattered back ({@link ScatterAdd}).
 */
public record Gather(int axis) implements Operation {
    @Override
    public String name() {
        return "gather";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Tensor index = inputs[1];
        int a = x.shape().axis(axis, name());
        Indices.requireAligned(name(), x.shape(), index, a);
        Shape shape = index.shape();
        Tensor out = Tensor.allocate(x.dtype(), shape);
        try (Tensor values = Axes.dense(x); Tensor places = Indices.checked(name(), index, x.size(a))) {
            Indexing.gather(name(), values, Reducing.Lines.along(a, x.shape()), places, shape.size(a), out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 2;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Shape shape = gradient.inputShape(0);
        long size = shape.size(axis);
        return new Tensor[] {Operation.apply(new ScatterAdd(axis, size), gradient.output(), gradient.savedInput(1)), null};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("columns", in -> in.get(0).gather(1, in.get(1)), Sample.Input.real(3, 5), Sample.Input.index(5, 3, 4))
                        .types(Sample.ALL).tolerance(0).large(Sample.Input.real(300, 50), Sample.Input.index(50, 300, 201)),
                Sample.of("from the end", in -> in.get(0).gather(0, in.get(1).sub(4)), Sample.Input.real(4, 2), Sample.Input.index(4, 3, 2)).types(Sample.ALL).tolerance(0),
                Sample.of("nothing", in -> in.get(0).gather(1, in.get(1)), Sample.Input.real(3, 5), Sample.Input.index(5, 3, 0)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other rows", List.of("gather:", "index [2, 4]", "[3, 5]"), in -> in.get(0).gather(1, in.get(1)), Sample.Input.real(3, 5), Sample.Input.index(5, 2, 4)),
                Fault.of("index outside", List.of("gather: index 7 at position 0", "5 elements"), in -> in.get(0).gather(1, in.get(1).to(DType.I64)), Sample.Input.real(3, 5), Sample.Input.whole(7, 8, 3, 4)),
                Fault.of("fractional index", List.of("gather: indices are f32", "i64"), in -> in.get(0).gather(1, in.get(1)), Sample.Input.real(3, 5), Sample.Input.real(0.0, 1.0, 3, 4)));
    }
}
