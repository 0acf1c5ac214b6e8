package dev.tenfold.methods.ntk;

import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * What gradient flow on {@code |F - Y|^2 / (2 n)} has learned by time t, from F = 0: with {@code K = V diag(w) V^T},
 * {@code F_t = K_* V diag((1 - exp(-w t / n)) / w) V^T Y} (Jacot et al. 2018; neural-tangents' {@code gradient_descent_mse}).
 *
 * <p>Eigenvalues below 0 count as 0; there the factor is its limit t / n. Belongs to the scope in which {@link #of} was called.
 */
public final class GradientFlow {
    private final Tensor values;
    private final Tensor vectors;

    private GradientFlow(Tensor values, Tensor vectors) {
        this.values = values;
        this.vectors = vectors;
    }

    /** The flow of the kernel K [n, n], symmetric and finite. */
    public static GradientFlow of(Tensor k) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Linalg.Eigh eigh = Linalg.eigh(KernelMatrix.checked(k));
            return new GradientFlow(scope.keep(eigh.values()), scope.keep(eigh.vectors()));
        }
    }

    /** The eigenvalues of K, ascending: [n]. */
    public Tensor eigenvalues() {
        return values;
    }

    /** The coefficients alpha of time {@code t}, with which {@code F_t = K_* alpha}: as the targets, [n] or [n, o]. */
    public Tensor coefficients(Tensor y, double t) {
        if (!(t >= 0 && t < Double.POSITIVE_INFINITY)) throw new IllegalArgumentException("gradient flow: time " + t + " must be finite and not negative");
        long n = values.size(0);
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Tensor targets = KernelMatrix.targets(y, n);
            double[] factors = values.toDoubles();
            for (int i = 0; i < factors.length; i++) {
                double decay = Math.max(0, factors[i]) * t / n;
                factors[i] = t / n * (decay < 1e-12 ? 1 : -Math.expm1(-decay) / decay);
            }
            Tensor spread = targets.rank() == 1 ? Tensors.of(factors) : Tensors.of(factors, n, 1);
            return scope.keep(vectors.matmul(vectors.transpose().matmul(targets).mul(spread)));
        }
    }

    /** {@code F_t} at new points: cross [points, n] gives [points] or [points, o]. */
    public Tensor predict(Tensor cross, Tensor y, double t) {
        Tensor between = KernelMatrix.cross(cross, values.size(0));
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            return scope.keep(between.matmul(coefficients(y, t)));
        }
    }

    /** The largest stable step of gradient descent with heavy-ball momentum on that loss: {@code 2 (1 + momentum) n / w_max}. */
    public double largestStep(double momentum) {
        if (!(momentum >= 0 && momentum < 1)) throw new IllegalArgumentException("momentum: " + momentum + " is not in [0, 1)");
        long n = values.size(0);
        double largest = values.get(n - 1);
        if (!(largest > 0)) throw new IllegalStateException("largest step: the largest eigenvalue is " + largest + "; a zero kernel has none");
        return 2 * (1 + momentum) * n / largest;
    }
}
