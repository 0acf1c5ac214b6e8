package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.FactorisationException;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/**
 * Kernel ridge regression and Gaussian-process posteriors: {@code alpha = (K + lambda I)^-1 Y}, {@code F = K_* alpha}, by one Cholesky
 * factorisation in f64, never an inverse. The factor belongs to the scope in which {@link #factor} was called.
 *
 * <p>A kernel that is not positive definite in f64 is factored with a jitter of 1e-12, 1e-10, … 1e-4 of its mean diagonal; each step
 * is logged, what was added stands in the result, and above the last step the failure is thrown.
 */
public final class KernelSolver {
    private static final System.Logger LOG = System.getLogger("dev.tenfold.methods.ntk");
    private static final double[] JITTERS = {0, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4};

    /**
     * The coefficients of a kernel machine.
     *
     * @param alpha    [n] or [n, o], as the targets
     * @param ridge    what was added to the diagonal on request
     * @param jitter   what was added beyond that so that the factorisation succeeds; 0 when nothing was
     * @param residual {@code |(K + (ridge + jitter) I) alpha - y| / |y|}
     */
    public record Solution(Tensor alpha, double ridge, double jitter, double residual) {
        /** {@code K_* alpha}: cross [points, n] gives [points] or [points, o]. */
        public Tensor predict(Tensor cross) {
            return KernelMatrix.cross(cross, alpha.size(0)).matmul(alpha);
        }
    }

    private final Tensor kernel;
    private final Tensor factor;
    private final double ridge;
    private final double jitter;

    private KernelSolver(Tensor kernel, Tensor factor, double ridge, double jitter) {
        this.kernel = kernel;
        this.factor = factor;
        this.ridge = ridge;
        this.jitter = jitter;
    }

    /**
     * Factors {@code K + ridge}.
     *
     * @throws IllegalArgumentException when K is not square, symmetric (to 1e-6 of its largest element) or finite
     * @throws FactorisationException   when even a jitter of 1e-4 of the mean diagonal does not make it positive definite
     */
    public static KernelSolver factor(Tensor k, Ridge ridge) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor kernel = scope.keep(KernelMatrix.checked(k));
            double mean = KernelMatrix.meanDiagonal(kernel);
            double asked = ridge.amount(mean);
            for (int step = 0; ; step++) {
                double jitter = JITTERS[step] * Math.abs(mean);
                try (Tensor shifted = KernelMatrix.shifted(kernel, asked + jitter)) {
                    return new KernelSolver(kernel, scope.keep(Linalg.cholesky(shifted)), asked, jitter);
                } catch (FactorisationException failure) {
                    String found = "kernel solve: K " + k.shape() + " + " + (asked + jitter) + " I is not positive definite at pivot " + failure.pivot();
                    if (step == JITTERS.length - 1) {
                        throw new FactorisationException(found + ", with the largest jitter; use a larger ridge, or drop repeated points", failure.matrix(), failure.pivot());
                    }
                    LOG.log(System.Logger.Level.WARNING, found + "; trying a jitter of " + JITTERS[step + 1] + " of its mean diagonal");
                }
            }
        }
    }

    /** {@link #factor} and {@link #solve} in one. */
    public static Solution ridgeRegression(Tensor k, Tensor y, Ridge ridge) {
        try (Scope scope = Scope.open()) {
            Solution solution = factor(k, ridge).solve(y);
            scope.keep(solution.alpha);
            return solution;
        }
    }

    /** The coefficients for targets [n] or [n, o]. */
    public Solution solve(Tensor y) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor targets = KernelMatrix.targets(y, kernel.size(0));
            Tensor alpha = scope.keep(Linalg.choleskySolve(factor, targets));
            Tensor left = kernel.matmul(alpha).addScaled(alpha, ridge + jitter).sub(targets);
            double size = targets.norm(2).item();
            return new Solution(alpha, ridge, jitter, size == 0 ? 0 : left.norm(2).item() / size);
        }
    }

    /**
     * The posterior variance {@code diag(K_** - K_* (K + lambda I)^-1 K_*^T)} of a Gaussian process with prior covariance K and noise
     * lambda; what rounding leaves below 0 is 0.
     *
     * @param cross [points, n]
     * @param prior the diagonal of K_**, [points]
     * @return [points]
     */
    public Tensor posteriorVariance(Tensor cross, Tensor prior) {
        Tensor between = KernelMatrix.cross(cross, kernel.size(0));
        if (prior.rank() != 1 || prior.size(0) != between.size(0)) {
            throw new IllegalArgumentException("posterior variance: prior variances are " + prior.shape()
                    + "; for " + between.size(0) + " points they must be [" + between.size(0) + "]");
        }
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor explained = Linalg.triangularSolve(factor, between.transpose(), false, false).square().sum(0);
            return scope.keep(prior.to(DType.F64).sub(explained).clamp(0, Double.MAX_VALUE));
        }
    }

    /** What was added to the diagonal on request. */
    public double ridge() {
        return ridge;
    }

    /** What was added to the diagonal so that the factorisation succeeds. */
    public double jitter() {
        return jitter;
    }
}
