package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.FactorisationException;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Factoring;
import java.util.List;

/**
 * X with {@code T X = B}, or {@code T^T X = B}, for T [..., n, n] triangular (the other triangle is not read) and B [..., n, m].
 * f32 and f64. On a device the
 * answer whether T is regular is waited for; not while a graph is captured: there infinities and NaN tell.
 *
 * <p>Gradients (Giles 2008, section 2.3.1): {@code dB = T^-T G}, {@code dT = -dB X^T} within the triangle; with T^T, {@code dT = -X dB^T}.
 *
 * @param upper     which triangle T is
 * @param transpose whether T^T is solved for
 */
public record TriangularSolve(boolean upper, boolean transpose) implements Operation {
    @Override
    public String name() {
        return "triangularSolve";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape t = inputs[0].shape();
        Matrices.requireSquare(name(), t);
        Matrices.requireRightHandSide(name(), t, inputs[1].shape());
        Matrices.requireLapackType(name(), inputs);
        Tensor x = Contiguous.copy(inputs[1]);
        if (x.elements() == 0) return new Tensor[] {x};
        try (Tensor triangle = Axes.dense(inputs[0])) {
            requireRegular(triangle);
            Factoring.triangularSolve(upper, transpose, triangle, x);
        } catch (FactorisationException singular) {
            x.close();
            throw singular;
        }
        return new Tensor[] {x};
    }

    private void requireRegular(Tensor t) {
        long zero = Factoring.firstZeroOnDiagonal(t);
        if (zero < 0) return;
        long n = t.size(-1);
        throw new FactorisationException("triangularSolve: " + Matrices.which(t.shape(), zero / n) + " is singular: its diagonal element "
                + zero % n + " is zero, so there is no unique solution", zero / n, zero % n);
    }

    @Override
    public long savedInputs() {
        return 1;
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor t = gradient.savedInput(0);
        Tensor db = Operation.apply(new TriangularSolve(upper, !transpose), t, gradient.output());
        if (!gradient.needs(0)) return new Tensor[] {null, db};
        Tensor x = gradient.savedOutput(0);
        Tensor dt = (transpose ? x.matmul(db.transpose()) : db.matmul(x.transpose())).neg();
        return new Tensor[] {upper ? Linalg.upperTriangle(dt, 0) : Linalg.lowerTriangle(dt, 0), db};
    }

    static List<Sample> samples() {
        return List.of(
                sample("lower", false, false, new long[] {3, 3}, new long[] {3, 2})
                        .large(Sample.Input.positiveDefinite(60, 60), Sample.Input.real(60, 200)),
                sample("lower transposed", false, true, new long[] {2, 3, 3}, new long[] {2, 3, 2})
                        .large(Sample.Input.positiveDefinite(40, 9, 9), Sample.Input.real(40, 9, 5)),
                sample("upper", true, false, new long[] {4, 4}, new long[] {4, 1}),
                sample("upper transposed", true, true, new long[] {3, 3}, new long[] {3, 2}),
                sample("vector", false, false, new long[] {3, 3}, new long[] {3}),
                sample("shared matrix", false, false, new long[] {3, 3}, new long[] {2, 3, 2}),
                sample("no right-hand sides", true, false, new long[] {3, 3}, new long[] {3, 0}));
    }

    private static Sample sample(String label, boolean upper, boolean transpose, long[] t, long[] b) {
        return Sample.of(label, in -> Linalg.triangularSolve(in.get(0), in.get(1), upper, transpose),
                Sample.Input.positiveDefinite(t), Sample.Input.real(b)).types(Sample.SINGLE_DOUBLE).tolerance(2e-5)
                .without(Sample.Promise.NOT_FINITE);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("rows", List.of("triangularSolve: the matrix [3, 3] and the right-hand side [2, 2]", "[..., n, m]"),
                        in -> Linalg.triangularSolve(in.get(0), in.get(1), false, false), Sample.Input.positiveDefinite(3, 3), Sample.Input.real(2, 2)),
                Fault.of("singular", List.of("triangularSolve: the matrix [3, 3] is singular: its diagonal element 0 is zero"),
                        in -> Linalg.triangularSolve(in.get(0).mul(0), in.get(1), false, false), Sample.Input.positiveDefinite(3, 3), Sample.Input.real(3, 2)));
    }
}
