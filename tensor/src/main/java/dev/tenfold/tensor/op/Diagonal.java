package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * A view of a diagonal of the last two dimensions: the elements {@code x[..., i, i + offset]} as [..., length].
 * The gradient is set into zeros ({@link DiagonalEmbed}).
 *
 * @param offset above the main diagonal when positive, below when negative
 */
public record Diagonal(long offset) implements Operation {
    @Override
    public String name() {
        return "diagonal";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        Shape shape = x.shape();
        Matrices.require(name(), shape);
        return new Tensor[] {x.withLayout(view(x.layout(), offset))};
    }

    /** The layout of diagonal {@code offset} within a matrix layout. */
    static Layout view(Layout matrix, long offset) {
        Shape shape = matrix.shape();
        int rank = shape.rank();
        long length = length(shape.size(-2), shape.size(-1), offset);
        long down = matrix.stride(rank - 2);
        long along = matrix.stride(rank - 1);
        long[] strides = new long[rank - 1];
        for (int i = 0; i < rank - 2; i++) strides[i] = matrix.stride(i);
        strides[rank - 2] = down + along;
        long start = length == 0 ? 0 : offset >= 0 ? offset * along : -offset * down;
        return Layout.of(shape.without(-1).with(-1, length), strides, matrix.offset() + start);
    }

    private static long length(long rows, long columns, long offset) {
        return Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Shape shape = gradient.inputShape(0);
        return new Tensor[] {Operation.apply(new DiagonalEmbed(shape.size(-2), shape.size(-1), offset), gradient.output())};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("main", in -> Linalg.diagonal(in.get(0), 0), Sample.Input.real(2, 3, 4)).types(Sample.ALL).tolerance(0),
                Sample.of("above", in -> Linalg.diagonal(in.get(0), 1), Sample.Input.real(3, 5)).types(Sample.ALL).tolerance(0),
                Sample.of("below", in -> Linalg.diagonal(in.get(0), -2), Sample.Input.real(4, 4)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("vector", List.of("diagonal: [3] is not a matrix"), in -> Linalg.diagonal(in.get(0), 0), Sample.Input.real(3)));
    }
}
