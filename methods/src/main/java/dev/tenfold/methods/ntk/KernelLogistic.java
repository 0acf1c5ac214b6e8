package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Kernel logistic regression: minimises {@code sum_i CE(f_i, label_i) + lambda / 2 sum_c alpha_c^T K alpha_c}, {@code f = K alpha}, by
 * Newton steps with halving. The cross-entropy counterpart of {@link KernelSolver}.
 *
 * <p>The steps are the stable ones of Rasmussen and Williams 2006, algorithms 3.1 (two classes) and 3.3 (more), which factor
 * {@code I + W^1/2 K W^1/2 / lambda} and so need no division by the weights W, which vanish for confident points.
 */
public final class KernelLogistic {
    private static final int MOST_STEPS = 200;
    private static final double TOLERANCE = 1e-9;

    /**
     * A fitted machine.
     *
     * @param alpha      [n] (two classes, the score of class +1) or [n, classes]
     * @param objective  the minimum
     * @param gradient   {@code max |lambda alpha - (target - probability)|}, 0 at the exact optimum
     * @param iterations Newton steps taken
     */
    public record Model(Tensor alpha, double objective, double gradient, int iterations) {
        /** {@code K_* alpha}: cross [points, n] gives the scores [points] or [points, classes]. */
        public Tensor scores(Tensor cross) {
            return KernelMatrix.cross(cross, alpha.size(0)).matmul(alpha);
        }

        /** The probability of class +1 [points], or of every class [points, classes]. */
        public Tensor probabilities(Tensor cross) {
            Tensor scores = scores(cross);
            return alpha.rank() == 1 ? scores.sigmoid() : scores.softmax(1);
        }
    }

    private final Tensor kernel;
    private final Tensor prior;
    private final Tensor target;
    private final double lambda;
    private final boolean binary;

    private KernelLogistic(Tensor kernel, Tensor target, double lambda, boolean binary) {
        this.kernel = kernel;
        this.prior = kernel.div(lambda);
        this.target = target;
        this.lambda = lambda;
        this.binary = binary;
    }

    /**
     * Two classes.
     *
     * @param y      -1 or +1 per point, [n]
     * @param lambda positive
     * @throws IllegalStateException when Newton's method does not converge
     */
    public static Model binary(Tensor k, Tensor y, double lambda) {
        requirePositive(lambda);
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor kernel = KernelMatrix.checked(k);
            Tensor signs = KernelMatrix.targets(y, kernel.size(0));
            if (signs.rank() != 1 || signs.abs().sub(1).abs().max().item() != 0) {
                throw new IllegalArgumentException("kernel logistic: labels " + y + " must be -1 or +1, [n]");
            }
            return kept(scope, new KernelLogistic(kernel, signs.add(1).mul(.5), lambda, true).fit());
        }
    }

    /**
     * Several classes.
     *
     * @param labels  0 to classes - 1 per point, [n], i32 or i64
     * @param classes at least 2
     * @param lambda  positive
     * @throws IllegalStateException when Newton's method does not converge
     */
    public static Model multiclass(Tensor k, Tensor labels, int classes, double lambda) {
        requirePositive(lambda);
        if (classes < 2) throw new IllegalArgumentException("kernel logistic: " + classes + " classes; there must be at least 2");
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor kernel = KernelMatrix.checked(k);
            int n = (int) kernel.size(0);
            if (labels.rank() != 1 || labels.size(0) != n || !labels.dtype().isInteger()) {
                throw new IllegalArgumentException("kernel logistic: labels are " + labels.dtype() + " " + labels.shape() + "; they must be integers [" + n + "]");
            }
            double[] oneHot = new double[n * classes];
            long[] values = labels.toLongs();
            for (int i = 0; i < n; i++) {
                if (values[i] < 0 || values[i] >= classes) {
                    throw new IllegalArgumentException("kernel logistic: label " + values[i] + " of point " + i + " is not in 0.." + (classes - 1));
                }
                oneHot[i * classes + (int) values[i]] = 1;
            }
            return kept(scope, new KernelLogistic(kernel, Tensors.of(oneHot, n, classes), lambda, false).fit());
        }
    }

    private static void requirePositive(double lambda) {
        if (!(lambda > 0 && lambda < Double.POSITIVE_INFINITY)) throw new IllegalArgumentException("kernel logistic: lambda " + lambda + " must be positive and finite");
    }

    private static Model kept(Scope scope, Model model) {
        scope.keep(model.alpha);
        return model;
    }

    private Model fit() {
        Tensor a = Tensors.zerosLike(target);
        double objective = objective(a);
        for (int step = 0; ; step++) {
            Tensor f = prior.matmul(a);
            Tensor p = probability(f);
            double gradient = a.sub(target.sub(p)).abs().max().item();
            if (gradient <= TOLERANCE) return new Model(a.div(lambda), objective, gradient, step);
            if (step == MOST_STEPS) {
                throw new IllegalStateException("kernel logistic: no convergence after " + step + " Newton steps: gradient " + gradient + ", lambda " + lambda);
            }
            Tensor newton;
            try (Scope scope = Scope.open()) {
                newton = scope.keep((binary ? binaryStep(f, p) : multiclassStep(f, p)).sub(a));
            }
            double length = 1;
            Tensor next = a.add(newton);
            double reached = objective(next);
            // Near the optimum the objective stands still to rounding, while the gradient still shrinks.
            while (!(reached <= objective + 1e-12 * Math.abs(objective)) && length > 1e-6) {
                length /= 2;
                next = a.addScaled(newton, length);
                reached = objective(next);
            }
            a = next;
            objective = reached;
        }
    }

    private Tensor probability(Tensor f) {
        return binary ? f.sigmoid() : f.softmax(1);
    }

    /** At alpha = a / lambda, so that {@code lambda alpha^T K alpha = a^T (K / lambda) a}. */
    private double objective(Tensor a) {
        try (Scope scope = Scope.open()) {
            Tensor f = prior.matmul(a);
            Tensor loss = binary ? f.mul(target.mul(2).sub(1)).logSigmoid() : f.logSoftmax(1).mul(target);
            return a.mul(f).sum().item() / 2 - loss.sum().item();
        }
    }

    /** Algorithm 3.1: {@code a = b - W^1/2 B^-1 W^1/2 K b}, {@code b = W f + t - p}, {@code B = I + W^1/2 K W^1/2}. */
    private Tensor binaryStep(Tensor f, Tensor p) {
        Tensor weight = p.mul(p.subFrom(1));
        Tensor root = weight.sqrt();
        Tensor factor = Linalg.cholesky(KernelMatrix.shifted(prior.mul(root.outer(root)), 1));
        Tensor b = weight.mul(f).add(target.sub(p));
        return b.sub(root.mul(Linalg.choleskySolve(factor, root.mul(prior.matmul(b)))));
    }

    /** Algorithm 3.3, classes as a batch: {@code E_c = D_c^1/2 (I + D_c^1/2 K D_c^1/2)^-1 D_c^1/2} with D_c = diag(p_c). */
    private Tensor multiclassStep(Tensor f, Tensor p) {
        long n = p.size(0);
        Tensor b = p.mul(f).sub(p.mul(p.mul(f).sumKeep(1))).add(target.sub(p));
        Tensor root = p.transpose().sqrt();
        Tensor scaled = prior.mul(root.unsqueeze(2)).mul(root.unsqueeze(1)).add(Tensors.eye(DType.F64, n));
        Tensor half = Linalg.triangularSolve(Linalg.cholesky(scaled), Linalg.diagonalEmbed(root), false, false);
        Tensor e = half.transpose().matmul(half);
        Tensor c = e.matmul(prior.matmul(b).transpose().unsqueeze(2)).squeeze(2);
        Tensor shared = Linalg.choleskySolve(Linalg.cholesky(e.sum(0)), c.sum(0));
        Tensor back = e.matmul(shared.unsqueeze(1)).squeeze(2);
        return b.sub(c.transpose()).add(back.transpose());
    }
}
