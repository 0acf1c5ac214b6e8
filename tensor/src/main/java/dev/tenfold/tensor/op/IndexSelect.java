package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** The slices of x along {@code axis} that a vector of indices names: an embedding look-up. The gradient is {@link IndexAdd}. */
public record IndexSelect(int axis) implements Operation {
    @Override
    public String name() {
        return "indexSelect";
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
            Indexing.select(x.dtype(), values.address(), shape.product(0, a), shape.size(a), shape.product(a + 1, shape.rank()),
                    places.address(), index.elements(), out.address());
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
                Sample.of("rows", in -> in.get(0).indexSelect(0, in.get(1)), Sample.Input.real(5, 3), Sample.Input.index(5, 7)).types(Sample.ALL).tolerance(0),
                Sample.of("middle", in -> in.get(0).indexSelect(1, in.get(1)), Sample.Input.real(2, 4, 3), Sample.Input.index(4, 3)).tolerance(0));
    }
}
