package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Spectral;
import java.util.List;

/**
 * Eigenvalues w [..., n], ascending, and orthonormal eigenvectors V [..., n, n], in columns, of A [..., n, n] symmetric; of another A,
 * those of its symmetric part. Of each vector the largest component is positive. f32 and f64. On a device, matrices up to [128, 128] are computed there and
 * larger ones on the host; whether all is well is waited for, but not while a graph is captured: there NaN tells.
 *
 * <p>Gradient (Giles 2008, section 3.1): {@code V (diag(gw) + F * (V^T gV)) V^T}, symmetric part, with
 * {@code F_ij = 1 / (w_j - w_i)}, and 0 on the diagonal and where two eigenvalues are equal to rounding: there the vectors
 * are arbitrary within their space, and only functions that do not depend on the choice have a gradient.
 */
public record SymmetricEigen() implements Operation {
    @Override
    public String name() {
        return "eigh";
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
        Tensor vectors = Matrices.symmetricPart(a);
        Tensor values = Tensor.allocate(a.dtype(), shape.without(-1));
        long failed = Spectral.eigenSymmetric(vectors, values);
        if (failed >= 0) {
            vectors.close();
            values.close();
            throw Matrices.notConverged(name(), shape, failed);
        }
        return new Tensor[] {values, vectors};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public long savedOutputs() {
        return 0b11;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor w = gradient.savedOutput(0);
        Tensor v = gradient.savedOutput(1);
        Tensor gaps = w.unsqueeze(-2).sub(w.unsqueeze(-1));
        Tensor inner = v.transpose().matmul(gradient.output(1)).mul(Spectrum.reciprocal(gaps, w));
        Tensor g = v.matmul(inner.add(Linalg.diagonalEmbed(gradient.output(0)))).matmul(v.transpose());
        return new Tensor[] {g.add(g.transpose()).mul(0.5)};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("values", in -> Linalg.eigh(separated(in.get(0))).values(), Sample.Input.real(4, 4))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE),
                Sample.of("squared vectors", in -> Linalg.eigh(separated(in.get(0))).vectors().square(), Sample.Input.real(2, 3, 3))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE).large(Sample.Input.real(30, 7, 7)),
                Sample.of("size one", in -> Linalg.eigh(separated(in.get(0))).values(), Sample.Input.real(1, 1))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE));
    }

    /** {@code x + x^T + diag(0, 20, 40, …)}: symmetric, with eigenvalues that lie apart whatever x in (-2, 2) is. */
    private static Tensor separated(Tensor x) {
        Tensor steps = Tensors.arange(x.dtype(), 0, x.size(-1), 1).mul(20);
        return x.add(x.transpose()).add(Linalg.diagonalEmbed(steps));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("not square", List.of("eigh: the matrix [2, 3]", "must be square"), in -> Linalg.eigh(in.get(0)).values(), Sample.Input.real(2, 3)),
                Fault.of("NaN", List.of("eigh: the matrix [3, 3] has NaN or infinite elements", "isFinite()"), in -> Linalg.eigh(in.get(0).div(0.0)).values(), Sample.Input.positiveDefinite(3, 3)));
    }
}
