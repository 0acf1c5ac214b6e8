package dev.tenfold.methods.ntk;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Pointwise;

/**
 * The kernels of {@link FcKernel} (neural-tangents convention) as recorded tensor expressions, differentiable with respect to the
 * inputs and to sigma_w^2 and sigma_b^2: for learning hyper-parameters, and for attacks on kernel machines. Holds every layer.
 *
 * <p>The derivatives are closed forms ({@link DualActivation.Slopes}), not chains through sqrt and acos, so nothing cancels near
 * rho = 1, and they are 0 where none exists: those of E[phi' phi'] at rho = 1, those of anything at a zero input without bias.
 */
public final class DifferentiableKernel {
    private final Pointwise derivative;
    private final Pointwise covariance;
    private final Pointwise diagonal;
    private final int depth;

    /** A network of {@code depth} hidden layers. */
    public DifferentiableKernel(DualActivation activation, int depth) {
        if (depth < 0) throw new IllegalArgumentException("depth: " + depth + " hidden layers; must be at least 0");
        this.derivative = activation.derivativeOperation();
        this.covariance = activation.covarianceOperation();
        this.diagonal = activation.diagonalOperation();
        this.depth = depth;
    }

    /**
     * The kernels of the rows of {@code x} [n, d] with themselves; f64.
     *
     * @param weightVariance sigma_w^2, one element
     * @param biasVariance   sigma_b^2, one element
     */
    public FcKernel.Kernels symmetric(Tensor x, Tensor weightVariance, Tensor biasVariance) {
        return compute(x, x, weightVariance, biasVariance, true);
    }

    /** The kernels between the rows of {@code x} [n1, d] and of {@code z} [n2, d]; f64. */
    public FcKernel.Kernels between(Tensor x, Tensor z, Tensor weightVariance, Tensor biasVariance) {
        return compute(x, z, weightVariance, biasVariance, false);
    }

    private FcKernel.Kernels compute(Tensor x, Tensor z, Tensor weightVariance, Tensor biasVariance, boolean symmetric) {
        if (x.rank() != 2 || z.rank() != 2 || x.size(1) != z.size(1) || x.elements() * z.elements() == 0) {
            throw new IllegalArgumentException("NTK: x is " + x.shape() + " and z is " + z.shape() + "; both must be [points, d] with equal d, not empty");
        }
        for (Tensor t : new Tensor[] {x, z, weightVariance, biasVariance}) {
            if (t.dtype() != DType.F64) throw new IllegalArgumentException("NTK: gradients of the kernel need f64, not " + t.dtype());
        }
        if (weightVariance.elements() != 1 || biasVariance.elements() != 1 || !(weightVariance.item() > 0) || !(biasVariance.item() >= 0)) {
            throw new IllegalArgumentException("NTK: sigma_w^2 " + weightVariance + " must be one positive number and sigma_b^2 " + biasVariance + " one that is not negative");
        }
        Tensor w = weightVariance.reshape();
        Tensor b = biasVariance.reshape();
        Tensor scale = w.div(x.size(1));
        Tensor q1 = x.square().sumKeep(1).mul(scale).add(b);
        Tensor q2 = symmetric ? q1.transpose() : z.square().sumKeep(1).mul(scale).add(b).transpose();
        Tensor same = symmetric ? Tensors.eye(DType.F64, x.size(0)) : null;
        Tensor s = onDiagonal(same, q1, x.matmul(z.transpose()).mul(scale).add(b));
        Tensor t = s;
        for (int l = 1; l <= depth; l++) {
            Tensor slope = derivative.apply(s, q1, q2);
            Tensor activated = covariance.apply(s, q1, q2);
            q1 = diagonal.apply(q1).mul(w).add(b);
            q2 = symmetric ? q1.transpose() : diagonal.apply(q2).mul(w).add(b);
            s = onDiagonal(same, q1, activated.mul(w).add(b));
            t = t.mul(slope).mul(w).add(s);
        }
        return new FcKernel.Kernels(s, t);
    }

    /** The exact variances on the diagonal: there rho is 1, whatever was rounded. */
    private static Tensor onDiagonal(Tensor same, Tensor q, Tensor s) {
        return same == null ? s : same.where(q.expand(Shape.of(s.size(0), s.size(1))), s);
    }
}
