package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.FactorisationException;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Factoring;
import java.util.List;

/**
 * The lower triangular L with {@code L L^T = A}, for A [..., n, n] symmetric positive definite; of another A, the factor of its
 * symmetric part. f32 and f64. On a device the answer whether A is positive definite is waited for; not while a graph is captured: there NaN in L tells.
 *
 * <p>Gradient (Murray, "Differentiation of the Cholesky decomposition", 2016, equation 10): {@code (S + S^T) / 2} with
 * {@code S = L^-T Phi(L^T G) L^-1}, where Phi takes the lower triangle and halves its diagonal.
 */
public record Cholesky() implements Operation {
    @Override
    public String name() {
        return "cholesky";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor a = inputs[0];
        Shape shape = a.shape();
        Matrices.requireSquare(name(), shape);
        Matrices.requireLapackType(name(), a);
        Tensor l = Matrices.symmetricPart(a);
        long n = shape.size(-1);
        long failure = Factoring.cholesky(l);
        if (failure >= 0) {
            l.close();
            throw notPositiveDefinite(shape, a.dtype(), failure / n, failure % n);
        }
        return new Tensor[] {l};
    }

    private static FactorisationException notPositiveDefinite(Shape shape, DType type, long matrix, long pivot) {
        String hint = type == DType.F32 ? "convert to f64, or add" : "add";
        return new FactorisationException("cholesky: " + Matrices.which(shape, matrix) + " is not positive definite in " + type + ": pivot "
                + pivot + " is not positive. If it should be, " + hint + " to its diagonal what your method allows, for example "
                + "a.add(Tensors.eye(a.dtype(), " + shape.size(-1) + ").mul(1e-6))", matrix, pivot);
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor l = gradient.savedOutput(0);
        Tensor product = l.transpose().matmul(gradient.output());
        Tensor phi = Linalg.lowerTriangle(product, 0).add(Linalg.lowerTriangle(product, -1)).mul(0.5);
        Tensor half = Linalg.triangularSolve(l, phi, false, true);
        Tensor s = Linalg.triangularSolve(l, half.transpose(), false, true);
        return new Tensor[] {s.add(s.transpose()).mul(0.5)};
    }

    static List<Sample> samples() {
        return List.of(
                sample("matrix", 4, 4).large(Sample.Input.positiveDefinite(200, 200)),
                sample("batch", 2, 3, 3).large(Sample.Input.positiveDefinite(30, 12, 12)),
                sample("size one", 1, 1),
                sample("empty", 0, 0));
    }

    private static Sample sample(String label, long... shape) {
        return Sample.of(label, in -> Linalg.cholesky(in.get(0)), Sample.Input.positiveDefinite(shape)).types(Sample.SINGLE_DOUBLE).tolerance(2e-5)
                .without(Sample.Promise.NOT_FINITE);
    }

    /** Samples of what {@link Linalg#logDet} makes of it. */
    static List<Sample> logDetSamples() {
        return List.of(
                Sample.of("matrix", in -> Linalg.logDet(in.get(0)), Sample.Input.positiveDefinite(4, 4)).types(Sample.SINGLE_DOUBLE).tolerance(2e-5)
                        .without(Sample.Promise.NOT_FINITE),
                Sample.of("batch", in -> Linalg.logDet(in.get(0)), Sample.Input.positiveDefinite(2, 3, 3)).types(Sample.SINGLE_DOUBLE).tolerance(2e-5)
                        .without(Sample.Promise.NOT_FINITE).large(Sample.Input.positiveDefinite(30, 5, 5)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("not square", List.of("cholesky: the matrix [2, 3]", "must be square"), in -> Linalg.cholesky(in.get(0)), Sample.Input.real(2, 3)),
                Fault.of("half precision", List.of("cholesky: the matrix is f16 [2, 2]", "f32 and f64"), in -> Linalg.cholesky(in.get(0).to(DType.F16)), Sample.Input.positiveDefinite(2, 2)),
                Fault.of("not positive definite", List.of("cholesky: matrix 1 of [2, 3, 3] is not positive definite in f32: pivot 0", "diagonal"),
                        in -> Linalg.cholesky(Tensors.stack(0, List.of(in.get(0), in.get(0).neg()))), Sample.Input.positiveDefinite(3, 3)));
    }
}
