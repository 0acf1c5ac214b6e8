package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Copying;
import java.util.List;

/**
 * Zeros [..., rows, columns] with x [..., length] at the places {@code [..., i, i + offset]}: the adjoint of {@link Diagonal}.
 *
 * @param offset above the main diagonal when positive, below when negative
 */
public record DiagonalEmbed(long rows, long columns, long offset) implements Operation {
    @Override
    public String name() {
        return "diagonalEmbed";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        if (x.rank() == 0) throw new IllegalArgumentException("diagonalEmbed: a scalar is no diagonal; reshape it to [1]");
        Shape shape = x.shape().with(-1, rows).insert(x.rank(), columns);
        Tensor out = Tensors.full(x.dtype(), shape, 0);
        try (Tensor place = out.withLayout(Diagonal.view(out.layout(), offset))) {
            if (!place.shape().equals(x.shape())) {
                throw new IllegalArgumentException("diagonalEmbed: diagonal " + offset + " of [" + rows + ", " + columns + "] has "
                        + place.size(-1) + " elements, not the " + x.size(-1) + " of " + x.shape());
            }
            Copying.strided(x, place);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {Operation.apply(new Diagonal(offset), gradient.output())};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("vector", in -> Linalg.diagonalEmbed(in.get(0)), Sample.Input.real(4)).types(Sample.ALL).tolerance(0),
                Sample.of("batch", in -> Linalg.diagonalEmbed(in.get(0)), Sample.Input.real(2, 3)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("scalar", List.of("diagonalEmbed: a scalar is no diagonal", "[1]"), in -> Linalg.diagonalEmbed(in.get(0)), Sample.Input.real()),
                Fault.of("other length", List.of("diagonalEmbed: diagonal 1 of [3, 3] has 2 elements, not the 3 of [3]"),
                        in -> Operation.apply(new DiagonalEmbed(3, 3, 1), in.get(0)), Sample.Input.real(3)));
    }
}
