package dev.tenfold.methods.ntk;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

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
 * Depth is the number of hidden layers; 0 gives the linear kernel. Computed in f64, tile by tile, all layers while a tile is in
 * the cache, tiles over the worker pool; of a symmetric kernel only one triangle, with an exact diagonal. Not recorded:
 * {@link DifferentiableKernel} has gradients. What is returned belongs to the innermost open scope.
 */
public final class FcKernel {
    /** The two kernels, [n1, n2] each, f64. */
    public record Kernels(Tensor nngp, Tensor ntk) {
    }

    private static final System.Logger LOG = System.getLogger("dev.tenfold.methods.ntk");
    private static final AtomicBoolean ZERO_ROW_REPORTED = new AtomicBoolean();
    private static final Pointwise TANGENT = Pointwise.of("ntkTangent", 3, Pointwise.Result.SAME, p(0).mul(x(0)).mul(x(1)).add(p(1).mul(x(2))));
    // Products of two variances must stay finite.
    private static final double LARGEST_VARIANCE = 1e150;

    private final DualActivation activation;
    private final int depth;
    private final double weightVariance;
    private final double biasVariance;
    private final boolean dividedByWidth;
    private final double[] trained;
    private final boolean unitNorm;
    private final long memoryBudget;
    private final Pointwise derivative;
    private final Pointwise covariance;
    private final Pointwise diagonal;

    private FcKernel(DualActivation activation, int depth, double weightVariance, double biasVariance, boolean dividedByWidth,
                     double[] trained, boolean unitNorm, long memoryBudget) {
        if (depth < 0) throw new IllegalArgumentException("depth: " + depth + " hidden layers; must be at least 0");
        if (!(weightVariance > 0 && weightVariance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sigma_w^2: " + weightVariance + " must be positive and finite");
        }
        if (!(biasVariance >= 0 && biasVariance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sigma_b^2: " + biasVariance + " must be finite and not negative");
        }
        if (trained.length != depth + 1) {
            throw new IllegalArgumentException("trained layers: " + trained.length + " marks for " + (depth + 1) + " weight layers");
        }
        if (memoryBudget < 1) throw new IllegalArgumentException("memory budget: " + memoryBudget + " bytes; must be at least 1");
        this.activation = activation;
        this.depth = depth;
        this.weightVariance = weightVariance;
        this.biasVariance = biasVariance;
        this.dividedByWidth = dividedByWidth;
        this.trained = trained;
        this.unitNorm = unitNorm;
        this.memoryBudget = memoryBudget;
        this.derivative = activation.derivativeOperation();
        this.covariance = Pointwise.of(activation.name() + "DualLayer", 4, Pointwise.Result.SAME, p(0).mul(activation.covariance()).add(p(1)));
        this.diagonal = Pointwise.of(activation.name() + "DualDiagonalLayer", 1, Pointwise.Result.SAME, p(0).mul(activation.diagonal()).add(p(1)));
    }

    private static double[] all(int depth) {
        double[] trained = new double[Math.max(0, depth) + 1];
        Arrays.fill(trained, 1);
        return trained;
    }

    /** The convention of neural-tangents' {@code Dense}: input divided by its width, every layer and bias trained. */
    public static FcKernel neuralTangents(DualActivation activation, int depth, double sigmaW, double sigmaB) {
        if (!(sigmaW > 0) || !(sigmaB >= 0)) {
            throw new IllegalArgumentException("NTK: sigma_w " + sigmaW + " must be positive and sigma_b " + sigmaB + " not negative");
        }
        return new FcKernel(activation, depth, sigmaW * sigmaW, sigmaB * sigmaB, true, all(depth), false, HostAllocator.get().limit());
    }

    /** The convention of Arora et al. 2020 (UCI): {@code x.z}, sigma_w^2 = 1, no bias, the first {@code fixed} layers untrained. */
    public static FcKernel uci(int depth, int fixed) {
        double[] trained = all(depth);
        if (fixed < 0 || fixed > depth) throw new IllegalArgumentException("fixed layers: " + fixed + " is not in 0.." + depth);
        Arrays.fill(trained, 0, fixed, 0);
        return new FcKernel(DualActivation.RELU, depth, 1, 0, false, trained, false, HostAllocator.get().limit());
    }

    /**
     * The kernel h of Hu et al. 2022, section 2: one hidden ReLU layer of which only the first weights are trained, unit-norm
     * inputs, {@code h(s, t) = s.t (pi - arccos s.t) / (2 pi)}. Rows whose squared norm is off by more than 1e-6 are refused.
     */
    public static FcKernel hu() {
        return new FcKernel(DualActivation.RELU, 1, 1, 0, false, new double[] {1, 0}, true, HostAllocator.get().limit());
    }

    /** This kernel with only some layers trained: a mark per weight layer, from the input on. */
    public FcKernel training(boolean... layers) {
        double[] marks = new double[layers.length];
        for (int l = 0; l < marks.length; l++) marks[l] = layers[l] ? 1 : 0;
        return new FcKernel(activation, depth, weightVariance, biasVariance, dividedByWidth, marks, unitNorm, memoryBudget);
    }

    /** This kernel with a limit on the bytes of its results; without one, the allocator's limit holds. */
    public FcKernel memoryBudget(long bytes) {
        return new FcKernel(activation, depth, weightVariance, biasVariance, dividedByWidth, trained, unitNorm, bytes);
    }

    /** The kernels of the rows of {@code x} [n, d] with themselves: one triangle is computed, the diagonal is exact. */
    public Kernels symmetric(Tensor x) {
        return compute(x, null, true, true);
    }

    /**
     * The kernels between the rows of {@code x} [n1, d] and of {@code z} [n2, d]; the same tensor twice gives {@link #symmetric}. A row that
     * only equals one of the other side has rho = 1 to rounding, and an ulp of rho is 1.5e-8 in the angle.
     */
    public Kernels between(Tensor x, Tensor z) {
        return compute(x, other(x, z), true, true);
    }

    /** Only the NTK of {@link #symmetric}: half the memory. */
    public Tensor ntk(Tensor x) {
        return compute(x, null, false, true).ntk;
    }

    /** Only the NTK of {@link #between}: half the memory. */
    public Tensor ntk(Tensor x, Tensor z) {
        return compute(x, other(x, z), false, true).ntk;
    }

    /** Only the NNGP of {@link #symmetric}: half the memory, and no derivatives. */
    public Tensor nngp(Tensor x) {
        return compute(x, null, true, false).nngp;
    }

    /** Only the NNGP of {@link #between}: half the memory. */
    public Tensor nngp(Tensor x, Tensor z) {
        return compute(x, other(x, z), true, false).nngp;
    }

    /** The NTK of a point with itself, per row of {@code x}: [n]. */
    public Tensor diagonal(Tensor x) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor[] q = layers(variances(checked(x, "x")));
            Tensor t = q[0].mul(trained[0]);
            for (int l = 1; l <= depth; l++) {
                t = TANGENT.apply(new double[] {weightVariance, trained[l]}, t, derivative.apply(q[l - 1], q[l - 1], q[l - 1]), q[l]);
            }
            return scope.keep(t);
        }
    }

    /** {@code z}, or null where it is {@code x} itself. */
    private static Tensor other(Tensor x, Tensor z) {
        if (z.rank() != 2 || x.rank() != 2 || x.size(1) != z.size(1)) {
            throw new IllegalArgumentException("NTK: x is " + x.shape() + " and z is " + z.shape() + "; both must be [points, d] with equal d");
        }
        return z == x ? null : z;
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

    private void requireMemory(long n1, long n2, int kernels) {
        double bytes = 8.0 * n1 * n2 * kernels;
        if (bytes > memoryBudget) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "NTK: %d kernel(s) of %d x %d points need %.0f bytes, more than the budget of %d; "
                    + "compute blocks of rows with between()", kernels, n1, n2, bytes, memoryBudget));
        }
    }

    /** {@code sigma_w^2 |x|^2 / d + sigma_b^2} per row. */
    private Tensor variances(Tensor x) {
        Tensor q = x.square().sum(1).mul(scale(x)).add(biasVariance);
        if (q.min().item() == 0 && ZERO_ROW_REPORTED.compareAndSet(false, true)) {
            LOG.log(System.Logger.Level.WARNING, "NTK: an input row is zero and there is no bias: its kernel row is zero and the kernel singular; use a ridge or sigma_b > 0");
        }
        return q;
    }

    private double scale(Tensor x) {
        return dividedByWidth ? weightVariance / x.size(1) : 1;
    }

    /** The variances before every layer. */
    private Tensor[] layers(Tensor q) {
        Tensor[] all = new Tensor[depth + 1];
        all[0] = q;
        for (int l = 1; l <= depth; l++) all[l] = diagonal.apply(new double[] {weightVariance, biasVariance}, all[l - 1]);
        for (int l = 0; l <= depth; l++) {
            double largest = all[l].max().item();
            if (!(largest <= LARGEST_VARIANCE)) {
                throw new IllegalArgumentException("NTK: the variance before layer " + l + " reaches " + largest + ", above " + LARGEST_VARIANCE
                        + "; scale the inputs down or use a smaller sigma_w");
            }
        }
        return all;
    }

    private Kernels compute(Tensor x, Tensor z, boolean wantNngp, boolean wantNtk) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor rows = checked(x, "x");
            boolean symmetric = z == null;
            Tensor columns = symmetric ? rows : checked(z, "z");
            long n1 = rows.size(0);
            long n2 = columns.size(0);
            requireMemory(n1, n2, wantNngp && wantNtk ? 2 : 1);
            Tensor nngp = wantNngp ? Tensors.zeros(DType.F64, n1, n2) : null;
            Tensor ntk = wantNtk ? Tensors.zeros(DType.F64, n1, n2) : null;
            Tensor[] q1 = layers(variances(rows));
            Tensor[] q2 = symmetric ? q1 : layers(variances(columns));
            KernelTiles tiles = new KernelTiles(n1, n2, symmetric);
            WorkerPool.forRange(tiles.count(), 1, (from, to) -> {
                for (long t = from; t < to; t++) {
                    try (Scope inner = Scope.open(); NoGrad unrecorded = NoGrad.open()) {
                        tile(tiles.at(t), rows, columns, q1, q2, nngp, ntk);
                    }
                }
            });
            if (wantNngp) scope.keep(nngp);
            if (wantNtk) scope.keep(ntk);
            return new Kernels(nngp, ntk);
        }
    }

    private void tile(KernelTiles.Tile at, Tensor rows, Tensor columns, Tensor[] q1, Tensor[] q2, Tensor nngp, Tensor ntk) {
        Tensor s = at.rows(rows).matmul(at.columns(columns).transpose()).mul(scale(rows)).add(biasVariance);
        at.setDiagonal(s, q1[0]);
        Tensor t = ntk == null ? null : s.mul(trained[0]);
        for (int l = 1; l <= depth; l++) {
            Tensor a = at.rows(q1[l - 1]).unsqueeze(1);
            Tensor b = at.columns(q2[l - 1]).unsqueeze(0);
            Tensor slope = derivative.apply(s, a, b);
            s = covariance.apply(new double[] {weightVariance, biasVariance}, s, a, b, slope);
            // Rounding must not make a point less correlated with itself than 1.
            at.setDiagonal(s, q1[l]);
            if (ntk != null) t = TANGENT.apply(new double[] {weightVariance, trained[l]}, t, slope, s);
        }
        if (nngp != null) at.store(s, nngp);
        if (ntk != null) at.store(t, ntk);
    }
}
