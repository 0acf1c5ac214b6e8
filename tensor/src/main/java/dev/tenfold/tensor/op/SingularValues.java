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
 * The thin decomposition {@code A = U diag(s) Vt} of A [..., m, n]: U [..., m, k] and V = Vt^T [..., n, k] with orthonormal columns,
 * s [..., k] descending, k = min(m, n). Of each column of U the largest component is positive. f32 and f64. On a device, matrices of up to 128 rows
 * or columns that a block's shared memory holds are computed there and larger ones on the host; whether all is well is waited for, but not while a graph
 * is captured: there NaN tells.
 *
 * <p>Gradient (Townsend, "Differentiating the singular value decomposition", 2016), with {@code skew(X) = X - X^T} and
 * {@code F_ij = 1 / (s_j^2 - s_i^2)}:
 * {@code U [(F * skew(U^T gU)) S + S (F * skew(V^T gV)) + diag(gs)] V^T + (I - U U^T) gU S^-1 V^T + U S^-1 gV^T (I - V V^T)}.
 * F is 0 on the diagonal and where two singular values are equal to rounding, S^-1 is 0 where one vanishes: there only functions
 * that do not depend on the choice of vectors have a gradient.
 */
public record SingularValues() implements Operation {
    @Override
    public String name() {
        return "svd";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor a = inputs[0];
        Shape shape = a.shape();
        Matrices.require(name(), shape);
        Matrices.requireLapackType(name(), a);
        long m = shape.size(-2);
        long n = shape.size(-1);
        long k = Math.min(m, n);
        Tensor u = Tensor.allocate(a.dtype(), shape.with(-1, k));
        Tensor s = Tensor.allocate(a.dtype(), shape.without(-1).with(-1, k));
        Tensor vt = Tensor.allocate(a.dtype(), shape.with(-2, k));
        if (s.elements() == 0) return new Tensor[] {u, s, vt};
        try (Tensor work = Contiguous.copy(a)) {
            long failed = Spectral.svd(work, u, s, vt);
            if (failed >= 0) {
                u.close();
                s.close();
                vt.close();
                throw Matrices.notConverged(name(), shape, failed);
            }
        }
        return new Tensor[] {u, s, vt};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public long savedOutputs() {
        return 0b111;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor u = gradient.savedOutput(0);
        Tensor s = gradient.savedOutput(1);
        Tensor vt = gradient.savedOutput(2);
        Tensor v = vt.transpose();
        Tensor gu = gradient.output(0);
        Tensor gv = gradient.output(2).transpose();
        Tensor row = s.unsqueeze(-2);
        Tensor column = s.unsqueeze(-1);
        Tensor f = Spectrum.reciprocal(row.sub(column), s).mul(Spectrum.reciprocal(row.add(column), s));
        Tensor inverse = Spectrum.reciprocal(s, s).unsqueeze(-2);
        Tensor utGu = u.transpose().matmul(gu);
        Tensor vtGv = vt.matmul(gv);
        Tensor inner = skew(utGu).mul(f).mul(row).add(skew(vtGv).mul(f).mul(column)).add(Linalg.diagonalEmbed(gradient.output(1)));
        Tensor da = u.matmul(inner).matmul(vt);
        if (u.size(-2) > s.size(-1)) da = da.add(gu.sub(u.matmul(utGu)).mul(inverse).matmul(vt));
        if (v.size(-2) > s.size(-1)) da = da.add(u.mul(inverse).matmul(gv.sub(v.matmul(vtGv)).transpose()));
        return new Tensor[] {da};
    }

    private static Tensor skew(Tensor x) {
        return x.sub(x.transpose());
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("values of a tall matrix", in -> Linalg.svd(separated(in.get(0))).s(), Sample.Input.real(4, 3))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE),
                Sample.of("squared left vectors", in -> Linalg.svd(separated(in.get(0))).u().square(), Sample.Input.real(4, 2))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE),
                Sample.of("squared right vectors", in -> Linalg.svd(separated(in.get(0))).vt().square(), Sample.Input.real(2, 2, 4))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE).large(Sample.Input.real(30, 3, 6)),
                Sample.of("polar factor", SingularValues::polar, Sample.Input.real(3, 3))
                        .types(Sample.SINGLE_DOUBLE).tolerance(2e-5).without(Sample.Promise.NOT_FINITE));
    }

    /** {@code U Vt}, which has no sign to choose. */
    private static Tensor polar(List<Tensor> in) {
        Linalg.Svd svd = Linalg.svd(separated(in.get(0)));
        return svd.u().matmul(svd.vt());
    }

    /** x plus 20, 40, … on its diagonal: singular values that lie apart whatever x in (-2, 2) is. */
    private static Tensor separated(Tensor x) {
        long k = Math.min(x.size(-2), x.size(-1));
        Tensor steps = Tensors.arange(x.dtype(), 1, k + 1, 1).mul(20);
        return x.add(Operation.apply(new DiagonalEmbed(x.size(-2), x.size(-1), 0), steps));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("vector", List.of("svd: [3] is not a matrix [..., rows, columns]"), in -> Linalg.svd(in.get(0)).s(), Sample.Input.real(3)),
                Fault.of("NaN", List.of("svd: the matrix [3, 3] has NaN or infinite elements", "isFinite()"), in -> Linalg.svd(in.get(0).div(0.0)).s(), Sample.Input.positiveDefinite(3, 3)));
    }
}
