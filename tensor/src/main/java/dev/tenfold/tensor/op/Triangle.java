package dev.tenfold.tensor.op;

import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * A triangle of the last two dimensions, with zeros elsewhere: lower keeps {@code x[..., i, j]} where {@code j <= i + diagonal},
 * upper where {@code j >= i + diagonal}. The gradient is the same triangle of G.
 */
public record Triangle(boolean upper, long diagonal) implements Operation {
    @Override
    public String name() {
        return upper ? "upperTriangle" : "lowerTriangle";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = inputs[0].shape();
        Matrices.require(name(), shape);
        Tensor out = Contiguous.copy(inputs[0]);
        long columns = shape.size(-1);
        long rows = shape.size(-2);
        int bytes = out.dtype().bytes();
        for (long r = 0; columns > 0 && r < out.elements() / columns; r++) {
            long border = Math.clamp(r % rows + diagonal + (upper ? 0 : 1), 0, columns);
            long from = upper ? 0 : border;
            long to = upper ? border : columns;
            Memory.fill(out.address() + (r * columns + from) * bytes, (to - from) * bytes, (byte) 0);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {Operation.apply(this, gradient.output())};
    }

    static List<Sample> samples(boolean upper) {
        return List.of(
                sample("square", upper, 0, 3, 3),
                sample("wide batch", upper, 1, 2, 3, 5).large(Sample.Input.real(20, 50, 70)),
                sample("tall", upper, -1, 5, 3));
    }

    private static Sample sample(String label, boolean upper, long diagonal, long... shape) {
        return Sample.of(label, in -> upper ? Linalg.upperTriangle(in.get(0), diagonal) : Linalg.lowerTriangle(in.get(0), diagonal),
                Sample.Input.real(shape)).types(Sample.ALL).tolerance(0);
    }

    static List<Fault> faults(boolean upper) {
        return List.of(Fault.of("vector", List.of((upper ? "upperTriangle" : "lowerTriangle") + ": [3] is not a matrix"),
                in -> upper ? Linalg.upperTriangle(in.get(0), 0) : Linalg.lowerTriangle(in.get(0), 0), Sample.Input.real(3)));
    }
}
