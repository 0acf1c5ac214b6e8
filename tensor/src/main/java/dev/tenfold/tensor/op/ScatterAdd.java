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
 * Zeros of {@code size} along {@code axis} into which {@code out[…, index[…, k, …], …] += x[…, k, …]} is added, in order of k.
 * The adjoint of {@link Gather}.
 */
public record ScatterAdd(int axis, long size) implements Operation {
    @Override
    public String name() {
        return "scatterAdd";
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
        if (!x.shape().equals(index.shape())) {
            throw new IllegalArgumentException("scatterAdd: the values " + x.shape() + " and the index " + index.shape() + " must have one shape");
        }
        Shape shape = x.shape();
        Tensor out = Tensor.allocate(x.dtype(), shape.with(a, size));
        try (Tensor values = Axes.dense(x); Tensor places = Indices.checked(name(), index, size)) {
            Indexing.scatterAdd(name(), values, Reducing.Lines.along(a, out.shape()), places, shape.size(a), out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 2;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().gather(axis, gradient.savedInput(1)), null};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("columns", in -> in.get(0).scatterAdd(1, in.get(1), 5), Sample.Input.real(3, 4), Sample.Input.index(5, 3, 4))
                        .types(Sample.NUMBERS).large(Sample.Input.real(300, 200), Sample.Input.index(5, 300, 200)),
                Sample.of("rows", in -> in.get(0).scatterAdd(0, in.get(1), 3), Sample.Input.real(5, 2), Sample.Input.index(3, 5, 2))
                        .types(Sample.NUMBERS).large(Sample.Input.real(500, 121), Sample.Input.index(3, 500, 121)),
                Sample.of("nothing", in -> in.get(0).scatterAdd(1, in.get(1), 3), Sample.Input.real(2, 0), Sample.Input.index(3, 2, 0)).types(Sample.NUMBERS));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other shapes", List.of("scatterAdd:", "[3, 5]", "[3, 4]", "one shape"), in -> in.get(0).scatterAdd(1, in.get(1), 5), Sample.Input.real(3, 5), Sample.Input.index(5, 3, 4)),
                Fault.of("index outside", List.of("scatterAdd: index 7 at position 0", "5 elements"), in -> in.get(0).scatterAdd(1, in.get(1).to(DType.I64), 5), Sample.Input.real(3, 5), Sample.Input.whole(7, 8, 3, 5)),
                Fault.of("fractional index", List.of("scatterAdd: indices are f32", "i64"), in -> in.get(0).scatterAdd(1, in.get(1), 5), Sample.Input.real(3, 5), Sample.Input.real(0.0, 1.0, 3, 5)));
    }
}
