package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Attention;
import dev.tenfold.tensor.op.Linear;
import dev.tenfold.tensor.op.MatMul;
import dev.tenfold.tensor.op.SelfAttention;

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

    /**
     * {@code this weight^T + bias}: x [..., in], weight [out, in], bias [out] or null, result [..., out]. Types are promoted.
     *
     * @throws IllegalArgumentException when the shapes do not fit, or the promoted type is not floating
     */
    default Tensor linear(Tensor weight, Tensor bias) {
        Tensor x = self();
        DType type = DType.promote(x.dtype(), weight.dtype());
        if (bias == null) return Operation.apply(new Linear(), x.to(type), weight.to(type));
        type = DType.promote(type, bias.dtype());
        return Operation.apply(new Linear(), x.to(type), weight.to(type), bias.to(type));
    }

    /** {@link #attention(Tensor, Tensor, Tensor, boolean)} in which every query sees every key. */
    default Tensor attention(Tensor keys, Tensor values) {
        return attention(keys, values, null, false);
    }

    /**
     * Scaled dot-product attention {@code softmax(Q K^T / sqrt(width)) V} with this as Q [..., heads, queries, width], keys
     * [..., heads, keys, width] and values [..., heads, keys, values]; a matrix is one head. See {@link Attention}.
     *
     * @param mask   bool, broadcast to [..., heads, queries, keys], true where a query sees a key; null: everywhere
     * @param causal query i sees the keys up to {@code i + keys - queries} alone
     * @throws IllegalArgumentException when shapes or types do not fit
     */
    default Tensor attention(Tensor keys, Tensor values, Tensor mask, boolean causal) {
        Tensor q = self();
        if (q.rank() < 2 || keys.rank() != q.rank() || values.rank() != q.rank() || mask != null && q.rank() > 4) {
            throw new IllegalArgumentException("attention: queries " + q.shape() + ", keys " + keys.shape() + " and values " + values.shape()
                    + " must be of one rank, at least matrices [tokens, width]" + (mask == null ? "" : ", with a mask at most [batch, heads, tokens, width]"));
        }
        Attention operation = new Attention(1 / Math.sqrt(Math.max(1, q.size(-1))), causal);
        Tensor k = headed(keys);
        Tensor v = headed(values);
        Tensor four = headed(q);
        Tensor y = mask == null ? operation.of(four, k, v) : operation.of(four, k, v, mask);
        return q.rank() == 4 ? y : y.reshape(q.shape().with(q.rank() - 1, v.size(3)).sizes());
    }

    /** [..., heads, tokens, width] as [batch, heads, tokens, width]. */
    private static Tensor headed(Tensor x) {
        int rank = x.rank();
        if (rank == 4) return x;
        return x.reshape(x.shape().product(0, Math.max(0, rank - 3)), rank == 2 ? 1 : x.size(-3), x.size(-2), x.size(-1));
    }

    /**
     * {@link #attention(Tensor, Tensor, Tensor, boolean)} of a sequence with itself: this [..., tokens, 3 width] holds the query, key and
     * value of each token, each the heads' parts one after another. Result [..., tokens, width].
     *
     * @param mask as there, with a batch of one dimension, or null
     */
    default Tensor selfAttention(int heads, Tensor mask, boolean causal) {
        Tensor x = self();
        if (x.rank() < 2 || mask != null && x.rank() > 3) {
            throw new IllegalArgumentException("selfAttention: x " + x.shape() + " must be [..., tokens, 3 width]" + (mask == null ? "" : ", with a mask at most [batch, tokens, 3 width]"));
        }
        SelfAttention operation = new SelfAttention(heads, 1 / Math.sqrt(Math.max(1, x.size(-1) / 3.0 / Math.max(1, heads))), causal);
        Tensor three = x.rank() == 3 ? x : x.reshape(x.shape().product(0, x.rank() - 2), x.size(-2), x.size(-1));
        Tensor y = mask == null ? operation.of(three) : operation.of(three, mask);
        return x.rank() == 3 ? y : y.reshape(x.shape().with(x.rank() - 1, y.size(2)).sizes());
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
