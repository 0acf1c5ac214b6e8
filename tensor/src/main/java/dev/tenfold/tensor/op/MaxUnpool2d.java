package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * Adds y [n, c, i, j] into zero planes [n, c, height, width] at positions [n, c, i, j], i64 into the plane's elements: the adjoint of
 * {@link MaxPool2d}. Where windows overlap, a position may receive several values, in their order.
 *
 * <p>Gradient: {@link PlanePick} of G at the same positions.
 */
public record MaxUnpool2d(long height, long width) implements Operation {
    @Override
    public String name() {
        return "maxUnpool2d";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape y = inputs[0].shape();
        Tensor positions = inputs[1];
        if (y.rank() != 4 || !positions.shape().equals(y)) {
            throw new IllegalArgumentException(name() + ": y " + y + " must be [n, c, i, j] and the positions " + positions.shape() + " of equal shape");
        }
        long planes = y.size(0) * y.size(1);
        long windows = y.size(2) * y.size(3);
        Shape shape = Shape.of(y.size(0), y.size(1), height, width);
        try (Tensor at = positions(name(), positions, height * width)) {
            return new Tensor[] {Single.run(name(), new Tensor[] {inputs[0]}, shape, (type, in, out) -> {
                Indexing.fill(type, new long[] {shape.elements()}, out, new long[] {1}, 0);
                Indexing.scatterAdd(type, in[0], planes, windows, 1, at.address(), height * width, out);
            })};
        }
    }

    /** The positions, dense and checked. */
    static Tensor positions(String operation, Tensor positions, long size) {
        if (positions.dtype() != DType.I64) {
            throw new IllegalArgumentException(operation + ": the positions are " + positions.dtype() + ", must be i64");
        }
        Tensor dense = Axes.dense(positions);
        long wrong = Indexing.checkIndices(dense.address(), dense.elements(), size);
        if (wrong < 0) return dense;
        long value = dense.toLongs()[(int) wrong];
        dense.close();
        throw new IndexOutOfBoundsException(operation + ": position " + value + " (element " + wrong + ") is outside a plane of " + size + " elements");
    }

    @Override
    public long savedInputs() {
        return 0b10;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {Operation.apply(new PlanePick(), gradient.output(), gradient.savedInput(1)), null};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("repeated positions", in -> Operation.apply(new MaxUnpool2d(2, 3), in.get(0), in.get(1)),
                        Sample.Input.real(2, 1, 2, 2), Sample.Input.index(6, 2, 1, 2, 2)),
                Sample.of("larger plane", in -> Operation.apply(new MaxUnpool2d(5, 4), in.get(0), in.get(1)),
                        Sample.Input.real(1, 3, 2, 3), Sample.Input.index(20, 1, 3, 2, 3)));
    }
}
