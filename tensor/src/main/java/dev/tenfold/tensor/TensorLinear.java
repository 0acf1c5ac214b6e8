package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.MatMul;

/** Matrix products. Part of {@link Tensor}; factorisations and solvers are in {@link Linalg}. */
public sealed interface TensorLinear permits Tensor {
    /** This tensor. */
    Tensor self();

    /**
     * The matrix product by NumPy's rule: [..., m, k] x [..., k, n] gives [..., m, n], leading dimensions broadcast; a vector on
     * the left is a row, one on the right a column, and that dimension is dropped from the result. Types are promoted.
     *
     * @throws IllegalArgumentException when either is a scalar or the inner sizes differ
     */
    default Tensor matmul(Tensor b) {
        Tensor a = self();
        if (a.rank() == 0 || b.rank() == 0) {
            throw new IllegalArgumentException("matmul: " + a.shape() + " x " + b.shape() + ": a scalar has no matrix product; use mul");
        }
        DType type = a.dtype() == b.dtype() ? a.dtype() : DType.promote(a.dtype(), b.dtype());
        boolean row = a.rank() == 1;
        boolean column = b.rank() == 1;
        Tensor c = Operation.apply(new MatMul(), row ? a.to(type).unsqueeze(0) : a.to(type), column ? b.to(type).unsqueeze(1) : b.to(type));
        if (column) c = c.squeeze(-1);
        return row ? c.squeeze(column ? -1 : -2) : c;
    }

    /** {@code this weight^T + bias}: x [..., in], weight [out, in], bias [out] or null, result [..., out]. */
    default Tensor linear(Tensor weight, Tensor bias) {
        Tensor x = self();
        if (weight.rank() != 2 || x.rank() == 0 || x.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException("linear: x " + x.shape() + " and weight " + weight.shape()
                    + " do not fit; x must be [..., in] and weight [out, in]");
        }
        if (bias != null && (bias.rank() != 1 || bias.size(0) != weight.size(0))) {
            throw new IllegalArgumentException("linear: bias " + bias.shape() + " does not fit weight " + weight.shape() + "; it must be [" + weight.size(0) + "]");
        }
        Tensor y = x.matmul(weight.transpose());
        return bias == null ? y : y.add(bias);
    }

    /** {@code sum_i this_i b_i} of two vectors of equal length. */
    default Tensor dot(Tensor b) {
        Tensor a = self();
        if (a.rank() != 1 || b.rank() != 1 || a.size(0) != b.size(0)) {
            throw new IllegalArgumentException("dot: " + a.shape() + " and " + b.shape() + " must be vectors of equal length");
        }
        return a.matmul(b);
    }

    /** {@code this_i b_j} of two vectors: [m] and [n] give [m, n]. */
    default Tensor outer(Tensor b) {
        Tensor a = self();
        if (a.rank() != 1 || b.rank() != 1) {
            throw new IllegalArgumentException("outer: " + a.shape() + " and " + b.shape() + " must be vectors");
        }
        return a.unsqueeze(1).mul(b.unsqueeze(0));
    }
}
