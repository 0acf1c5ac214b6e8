package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
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
 * X with {@code A X = B}, or {@code A^T X = B}, for A [..., n, n] and B [..., n, m], from A's factors ({@link Lu}).
 * Inputs: A, B, factors, pivots. f32 and f64. On a device the answer whether A is regular is waited for; not while a graph is captured: there infinities
 * and NaN tell.
 *
 * <p>Gradients (Giles 2008, section 2.3.1): {@code dB = A^-T G} from the same factors, {@code dA = -dB X^T}; with A^T, {@code dA = -X dB^T}.
 *
 * @param transpose whether A^T is solved for
 */
public record LuSolve(boolean transpose) implements Operation {
    @Override
    public String name() {
        return "solve";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape a = inputs[0].shape();
        Matrices.requireRightHandSide(name(), a, inputs[1].shape());
        Matrices.requireLapackType(name(), inputs[0], inputs[1]);
        try (Tensor factors = Axes.dense(inputs[2]); Tensor pivots = Axes.dense(inputs[3])) {
            requireRegular(factors);
            Tensor x = Contiguous.copy(inputs[1]);
            Factoring.luSolve(transpose, factors, pivots, x);
            return new Tensor[] {x};
        }
    }

    private void requireRegular(Tensor factors) {
        long zero = Factoring.firstZeroOnDiagonal(factors);
        if (zero < 0) return;
        long n = factors.size(-1);
        throw new FactorisationException("solve: " + Matrices.which(factors.shape(), zero / n) + " is singular: pivot " + zero % n
                + " of its LU factors is zero, so there is no unique solution and no inverse; svd gives a least-squares one", zero / n, zero % n);
    }

    @Override
    public long savedInputs() {
        return 0b1101;
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor db = Operation.apply(new LuSolve(!transpose), gradient.savedInput(0), gradient.output(), gradient.savedInput(2), gradient.savedInput(3));
        Tensor da = null;
        if (gradient.needs(0)) {
            Tensor x = gradient.savedOutput(0);
            da = (transpose ? x.matmul(db.transpose()) : db.matmul(x.transpose())).neg();
        }
        return new Tensor[] {da, db, null, null};
    }

    static List<Sample> samples() {
        return List.of(
                sample("matrix", new long[] {3, 3}, new long[] {3, 2}).large(Sample.Input.positiveDefinite(90, 90), Sample.Input.real(90, 70)),
                sample("batch", new long[] {2, 4, 4}, new long[] {2, 4, 1}).large(Sample.Input.positiveDefinite(40, 9, 9), Sample.Input.real(40, 9, 5)),
                sample("vector", new long[] {3, 3}, new long[] {3}),
                sample("shared matrix", new long[] {3, 3}, new long[] {2, 3, 2}),
                sample("no right-hand sides", new long[] {3, 3}, new long[] {3, 0}));
    }

    private static Sample sample(String label, long[] a, long[] b) {
        return Sample.of(label, in -> Linalg.solve(in.get(0), in.get(1)), Sample.Input.positiveDefinite(a), Sample.Input.real(b))
                .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE);
    }

    /** Samples of {@link Linalg#inverse}. */
    static List<Sample> inverseSamples() {
        return List.of(
                Sample.of("matrix", in -> Linalg.inverse(in.get(0)), Sample.Input.positiveDefinite(3, 3)).types(Sample.SINGLE_DOUBLE).tolerance(2e-5)
                        .without(Sample.Promise.NOT_FINITE),
                Sample.of("batch", in -> Linalg.inverse(in.get(0)), Sample.Input.positiveDefinite(2, 2, 2)).types(Sample.SINGLE_DOUBLE).tolerance(2e-5)
                        .without(Sample.Promise.NOT_FINITE).large(Sample.Input.positiveDefinite(40, 9, 9)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("not square", List.of("solve: the matrix is [2, 3]", "must be square"), in -> Linalg.solve(in.get(0), in.get(1)), Sample.Input.real(2, 3), Sample.Input.real(2)),
                Fault.of("two types", List.of("solve: inputs f32 [3, 3], f64 [3, 2]", "of one type"), in -> Linalg.solve(in.get(0), in.get(1).to(DType.F64)),
                        Sample.Input.positiveDefinite(3, 3), Sample.Input.real(3, 2)),
                Fault.of("singular", List.of("solve: the matrix [3, 3] is singular: pivot 0", "svd"), in -> Linalg.solve(in.get(0).mul(0), in.get(1)),
                        Sample.Input.positiveDefinite(3, 3), Sample.Input.real(3, 2)));
    }

    static List<Fault> inverseFaults() {
        return List.of(Fault.of("not square", List.of("inverse: the matrix is [2, 3]", "must be square"), in -> Linalg.inverse(in.get(0)), Sample.Input.real(2, 3)));
    }
}
