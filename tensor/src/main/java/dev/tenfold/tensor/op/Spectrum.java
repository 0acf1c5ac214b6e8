package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Divisions by differences of eigenvalues and singular values, as their gradients need them. */
final class Spectrum {
    private static final double EPSILON_32 = Math.ulp(1f);
    private static final double EPSILON_64 = Math.ulp(1.0);

    private Spectrum() {
    }

    /** {@code 1 / x}, and 0 where |x| is at most the rounding error of the largest |scale| of its matrix (scale [..., n], x [..., n, n]). */
    static Tensor reciprocal(Tensor x, Tensor scale) {
        double epsilon = x.dtype() == DType.F32 ? EPSILON_32 : EPSILON_64;
        if (x.elements() == 0) return x;
        Tensor limit = scale.detach().abs().maxKeep(-1).mul(epsilon);
        Tensor vanishes = x.detach().abs().le(x.rank() > scale.rank() ? limit.unsqueeze(-1) : limit);
        Tensor safe = vanishes.where(Tensors.scalar(x.dtype(), 1), x);
        return vanishes.where(Tensors.scalar(x.dtype(), 0), safe.reciprocal());
    }
}
