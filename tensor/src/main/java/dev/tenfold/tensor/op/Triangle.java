package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Indexing;
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
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = inputs[0].shape();
        Matrices.require(name(), shape);
        Tensor out = Tensor.allocate(inputs[0].dtype(), shape);
        try (Tensor dense = Axes.dense(inputs[0])) {
            Indexing.triangle(upper, diagonal, dense, out);
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
