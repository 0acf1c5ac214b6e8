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

/** Zeros of {@code size} along {@code axis} to which slice k of x is added at {@code index[k]}, in order of k: the adjoint of {@link IndexSelect}. */
public record IndexAdd(int axis, long size) implements Operation {
    @Override
    public String name() {
        return "indexAdd";
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
        if (index.rank() != 1 || index.elements() != shape.size(a)) {
            throw new IllegalArgumentException("indexAdd: the index " + index.shape() + " must be a vector of " + shape.size(a)
                    + ", the size of axis " + axis + " of " + shape);
        }
        Tensor out = Tensor.allocate(x.dtype(), shape.with(a, size));
        try (Tensor values = Axes.dense(x); Tensor places = Indices.checked(name(), index, size)) {
            Indexing.selectAdd(name(), values, Reducing.Lines.along(a, out.shape()), places, out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 2;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().indexSelect(axis, gradient.savedInput(1)), null};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).indexAdd(0, in.get(1), 4), Sample.Input.real(6, 3), Sample.Input.index(4, 6)).types(Sample.NUMBERS)
                        .large(Sample.Input.real(1001, 61), Sample.Input.index(4, 1001)),
                Sample.of("middle", in -> in.get(0).indexAdd(1, in.get(1), 3), Sample.Input.real(2, 5, 2), Sample.Input.index(3, 5)).types(Sample.NUMBERS));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other count", List.of("indexAdd:", "index [2]", "vector of 5"), in -> in.get(0).indexAdd(1, in.get(1), 5), Sample.Input.real(3, 5), Sample.Input.index(5, 2)),
                Fault.of("index outside", List.of("indexAdd: index 7 at position 0", "5 elements"), in -> in.get(0).indexAdd(1, in.get(1).to(DType.I64), 5), Sample.Input.real(3, 5), Sample.Input.whole(7, 8, 5)),
                Fault.of("fractional index", List.of("indexAdd: indices are f32", "i64"), in -> in.get(0).indexAdd(1, in.get(1), 5), Sample.Input.real(3, 5), Sample.Input.real(0.0, 1.0, 5)));
    }
}
