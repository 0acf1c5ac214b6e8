package dev.tenfold.methods.ntk;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;
import java.util.Arrays;

/**
 * The closed-form neural tangent kernel (NTK) and Gaussian-process kernel (NNGP) of an infinitely wide fully connected
 * network in NTK parametrisation, {@code z = sigma_w / sqrt(fan_in) W x + sigma_b b} (Jacot et al. 2018; Lee et al. 2019):
 *
 * <pre>
 * S = sigma_w^2 X Z^T / d + sigma_b^2,  T = t_0 S
 * for each layer l:  D = E[phi' phi'](S),  A = E[phi phi](S),  T = sigma_w^2 T D,  S = sigma_w^2 A + sigma_b^2,  T = T + t_l S
 * NNGP = S, NTK = T
 * </pre>
 *
 * Computed tile by tile, all layers while a tile is in the cache; of a symmetric kernel only one triangle, with an exact diagonal.
 */
public final class FcKernel {
    /** The two kernels, [n1, n2] each, f64. */
    public record Kernels(Tensor nngp, Tensor ntk) {
    }

    private static final long TILE = 128;

    private final DualActivation activation;
    private final int depth;
    private final double weightVariance;
    private final double biasVariance;
    private final boolean dividedByWidth;
    private final double[] trained;
    private final boolean unitNorm;
    private final Pointwise derivative;
    private final Pointwise covariance;
    private static final Pointwise TANGENT = Pointwise.of("ntkTangent", 3, Pointwise.Result.SAME,
            p(0).mul(x(0)).mul(x(1)).add(p(1).mul(x(2))));

    private FcKernel(DualActivation activation, int depth, double weightVariance, double biasVariance, boolean dividedByWidth,
                     double[] trained, boolean unitNorm) {
        if (depth < 0) throw new IllegalArgumentException("depth: " + depth + " hidden layers; must be at least 0");
        if (!(weightVariance > 0)) throw new IllegalArgumentException("sigma_w^2: " + weightVariance + " must be positive");
        if (!(biasVariance >= 0)) throw new IllegalArgumentException("sigma_b^2: " + biasVariance + " must not be negative");
        if (trained.length != depth + 1) {
            throw new IllegalArgumentException("trained layers: " + trained.length + " marks for " + (depth + 1) + " weight layers");
        }
        this.activation = activation;
        this.depth = depth;
        this.weightVariance = weightVariance;
        this.biasVariance = biasVariance;
        this.dividedByWidth = dividedByWidth;
        this.trained = trained;
        this.unitNorm = unitNorm;
        this.derivative = Pointwise.of(activation.name() + "DualDerivative", 3, Pointwise.Result.SAME, activation.derivative());
        this.covariance = Pointwise.of(activation.name() + "Dual", 4, Pointwise.Result.SAME, p(0).mul(activation.covariance()).add(p(1)));
    }

    private static double[] all(int depth) {
        double[] trained = new double[depth + 1];
        Arrays.fill(trained, 1);
        return trained;
    }

    /** The convention of neural-tangents' {@code Dense}: input divided by its width, every layer and bias trained. */
    public static FcKernel neuralTangents(DualActivation activation, int depth, double sigmaW, double sigmaB) {
        return new FcKernel(activation, depth, sigmaW * sigmaW, sigmaB * sigmaB, true, all(depth), false);
    }

    /** The convention of Arora et al. 2020 (UCI): {@code x.z}, sigma_w^2 = 1, no bias, the first {@code fixed} layers untrained. */
    public static FcKernel uci(int depth, int fixed) {
        double[] trained = all(depth);
        if (fixed < 0 || fixed > depth) throw new IllegalArgumentException("fixed layers: " + fixed + " is not in 0.." + depth);
        Arrays.fill(trained, 0, fixed, 0);
        return new FcKernel(DualActivation.RELU, depth, 1, 0, false, trained, false);
    }

    /**
     * The kernel h of Hu et al. 2021, section 2: one hidden ReLU layer of which only the first weights are trained, unit-norm
     * inputs, {@code h(s, t) = s.t (pi - arccos s.t) / (2 pi)}.
     */
    public static FcKernel hu() {
        return new FcKernel(DualActivation.RELU, 1, 1, 0, false, new double[] {1, 0}, true);
    }

    /** The kernels of the rows of {@code x} [n, d] with themselves: one triangle is computed, the diagonal is exact. */
    public Kernels symmetric(Tensor x) {
        return compute(x, null);
    }

    /** The kernels between the rows of {@code x} [n1, d] and of {@code z} [n2, d]. */
    public Kernels between(Tensor x, Tensor z) {
        if (z.rank() != 2 || x.rank() != 2 || x.size(1) != z.size(1)) {
            throw new IllegalArgumentException("NTK: x is " + x.shape() + " and z is " + z.shape() + "; both must be [points, d] with equal d");
        }
        return compute(x, z);
    }

    /** The NTK of a point with itself, per row of {@code x}: [n]. */
    public Tensor diagonal(Tensor x) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            double[] q = variances(checked(x, "x")).toDoubles();
            double[] t = new double[q.length];
            for (int i = 0; i < q.length; i++) {
                t[i] = trained[0] * q[i];
                for (int l = 1; l <= depth; l++) {
                    double slope = slopeAt(q[i]);
                    q[i] = weightVariance * activation.diagonal().applyAsDouble(q[i]) + biasVariance;
                    t[i] = weightVariance * t[i] * slope + trained[l] * q[i];
                }
            }
            return scope.keep(Tensors.of(t));
        }
    }

    private double slopeAt(double q) {
        Tensor v = Tensors.of(new double[] {q});
        return derivative.apply(v, v, v).item();
    }

    private Tensor checked(Tensor x, String name) {
        if (x.rank() != 2 || x.size(0) == 0 || x.size(1) == 0) {
            throw new IllegalArgumentException("NTK: " + name + " is " + x.shape() + "; it must be [points, d] and not empty");
        }
        Tensor wide = x.to(DType.F64).contiguous();
        if (wide.isFinite().not().to(DType.I64).sum().item() != 0) throw new IllegalArgumentException("NTK: " + name + " holds NaN or infinity");
        if (unitNorm) {
            double worst = wide.square().sum(1).sub(1).abs().max().item();
            if (worst > 1e-6) throw new IllegalArgumentException("NTK: this kernel needs rows of norm 1, but a squared norm of " + name + " is off by " + worst);
        }
        return wide;
    }

    /** {@code sigma_w^2 |x|^2 / d + sigma_b^2} per row. */
    private Tensor variances(Tensor x) {
        return x.square().sum(1).mul(scale(x)).add(biasVariance);
    }

    private double scale(Tensor x) {
        return dividedByWidth ? weightVariance / x.size(1) : 1;
    }

    private Kernels compute(Tensor x, Tensor z) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor rows = checked(x, "x");
            boolean symmetric = z == null;
            Tensor columns = symmetric ? rows : checked(z, "z");
            long n1 = rows.size(0);
            long n2 = columns.size(0);
            Tensor nngp = Tensors.zeros(DType.F64, n1, n2);
            Tensor ntk = Tensors.zeros(DType.F64, n1, n2);
            Tensor[] q1 = layers(variances(rows));
            Tensor[] q2 = symmetric ? q1 : layers(variances(columns));
            for (long i = 0; i < n1; i += TILE) {
                long end = symmetric ? i + 1 : n2;
                for (long j = 0; j < end; j += TILE) {
                    try (Scope tile = Scope.open()) {
                        tile(rows, columns, i, j, symmetric && i == j, symmetric && i != j, q1, q2, nngp, ntk);
                    }
                }
            }
            return new Kernels(scope.keep(nngp), scope.keep(ntk));
        }
    }

    /** The variances before every layer. */
    private Tensor[] layers(Tensor q) {
        Tensor[] all = new Tensor[depth + 1];
        all[0] = q;
        for (int l = 1; l <= depth; l++) {
            double[] values = all[l - 1].toDoubles();
            for (int i = 0; i < values.length; i++) values[i] = weightVariance * activation.diagonal().applyAsDouble(values[i]) + biasVariance;
            all[l] = Tensors.of(values);
        }
        return all;
    }

    private void tile(Tensor rows, Tensor columns, long i, long j, boolean diagonal, boolean mirrored, Tensor[] q1, Tensor[] q2,
                      Tensor nngp, Tensor ntk) {
        long h = Math.min(TILE, rows.size(0) - i);
        long w = Math.min(TILE, columns.size(0) - j);
        Tensor s = rows.narrow(0, i, h).matmul(columns.narrow(0, j, w).transpose()).mul(scale(rows)).add(biasVariance);
        if (diagonal) setDiagonal(s, q1[0], i);
        Tensor t = s.mul(trained[0]);
        for (int l = 1; l <= depth; l++) {
            Tensor a = q1[l - 1].narrow(0, i, h).unsqueeze(1);
            Tensor b = q2[l - 1].narrow(0, j, w).unsqueeze(0);
            Tensor slope = derivative.apply(s, a, b);
            s = covariance.apply(new double[] {weightVariance, biasVariance}, s, a, b, slope);
            // Rounding must not make a point less correlated with itself than 1.
            if (diagonal) setDiagonal(s, q1[l], i);
            t = TANGENT.apply(new double[] {weightVariance, trained[l]}, t, slope, s);
        }
        store(s, nngp, i, j, mirrored);
        store(t, ntk, i, j, mirrored);
    }

    private static void setDiagonal(Tensor tile, Tensor q, long first) {
        long n = tile.size(0);
        tile.withLayout(Layout.of(Shape.of(n), new long[] {n + 1}, tile.layout().offset())).copyFrom(q.narrow(0, first, n));
    }

    private static void store(Tensor tile, Tensor kernel, long i, long j, boolean mirrored) {
        long h = tile.size(0);
        long w = tile.size(1);
        kernel.narrow(0, i, h).narrow(1, j, w).copyFrom(tile);
        if (mirrored) kernel.narrow(0, j, w).narrow(1, i, h).copyFrom(tile.transpose());
    }
}
