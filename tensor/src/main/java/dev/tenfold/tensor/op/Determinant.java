package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Factoring;
import java.util.List;

/**
 * The determinant of A [..., n, n], or its sign (-1, 0 or 1) and the logarithm of its absolute value, from A's factors
 * ({@link Lu}). Inputs: A, factors, pivots. Without rows the determinant is 1.
 *
 * <p>Gradients: {@code g det A^-T} and {@code g A^-T}, which a singular A does not have.
 *
 * @param log whether the results are sign and logarithm
 */
public record Determinant(boolean log) implements Operation {
    @Override
    public String name() {
        return log ? "signLogDet" : "det";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor a = inputs[0];
        Shape batch = MatMul.batch(a.shape());
        Tensor first = Tensor.allocate(a.dtype(), batch);
        Tensor second = log ? Tensor.allocate(a.dtype(), batch) : null;
        try (Tensor factors = Axes.dense(inputs[1]); Tensor pivots = Axes.dense(inputs[2])) {
            if (log) Factoring.signAndLog(factors, pivots, first, second);
            else Factoring.determinant(factors, pivots, first);
        }
        return log ? new Tensor[] {first, second} : new Tensor[] {first};
    }

    @Override
    public long savedOutputs() {
        return log ? 0 : 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor a = gradient.savedInput(0);
        Tensor identity = Tensors.eye(a.dtype(), a.size(-1)).expand(a.shape());
        Tensor inverse = Operation.apply(new LuSolve(true), a, identity, gradient.savedInput(1), gradient.savedInput(2));
        Tensor g = log ? gradient.output(1) : gradient.output().mul(gradient.savedOutput(0));
        return new Tensor[] {inverse.mul(g.unsqueeze(-1).unsqueeze(-1)), null, null};
    }

    static List<Sample> samples(boolean log) {
        return List.of(
                sample("matrix", log, 3, 3),
                sample("batch", log, 2, 4, 4).large(Sample.Input.positiveDefinite(40, 5, 5)),
                sample("size one", log, 1, 1));
    }

    private static Sample sample(String label, boolean log, long... shape) {
        return Sample.of(label, in -> log ? Linalg.signLogDet(in.get(0)).logAbs() : Linalg.det(in.get(0)), Sample.Input.positiveDefinite(shape))
                .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE);
    }

    static List<Fault> faults(boolean log) {
        return List.of(Fault.of("not square", List.of((log ? "signLogDet" : "det") + ": the matrix [2, 3]", "must be square"),
                in -> log ? Linalg.signLogDet(in.get(0)).logAbs() : Linalg.det(in.get(0)), Sample.Input.real(2, 3)));
    }
}
