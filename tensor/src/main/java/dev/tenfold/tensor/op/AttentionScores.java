package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Attention written in tensor operations, whose gradients can be recorded. */
public final class AttentionScores {
    // A hidden score: its exponential is zero beside any visible one, and a row of nothing else stays finite.
    private static final double HIDDEN = -1e30;

    private AttentionScores() {
    }

    /**
     * {@code softmax(scale Q K^T)} over the keys that are seen, [batch, heads, queries, keys]; zeros for a query that sees none.
     *
     * @param mask bool, or null
     */
    public static Tensor probabilities(Tensor q, Tensor k, Tensor mask, double scale, boolean causal) {
        Tensor scores = q.matmul(k.transpose()).mul(scale);
        Tensor seen = seen(mask, scores, causal);
        if (seen == null) return scores.softmax(-1);
        Tensor hidden = Tensors.scalar(scores.dtype(), scores.dtype() == DType.F16 ? -6e4 : HIDDEN);
        Tensor visible = Elementwise.WHERE.apply(seen, scores, hidden).softmax(-1);
        return mask == null ? visible : visible.mul(seen.to(scores.dtype()));
    }

    private static Tensor seen(Tensor mask, Tensor scores, boolean causal) {
        if (!causal) return mask;
        long queries = scores.size(-2);
        long keys = scores.size(-1);
        Tensor past = Tensors.lowerTriangle(DType.F32, queries, keys, keys - queries).ne(0);
        return mask == null ? past : Elementwise.AND.apply(past, mask);
    }

    /** The gradients of queries, keys and values of {@code inputs} (and a mask), as {@link Attention#backward} has them. */
    static Tensor[] gradients(Tensor[] inputs, Tensor g, double scale, boolean causal) {
        Tensor q = inputs[0];
        Tensor k = inputs[1];
        Tensor p = probabilities(q, k, inputs.length > 3 ? inputs[3] : null, scale, causal);
        Tensor dp = g.matmul(inputs[2].transpose());
        Tensor ds = p.mul(dp.sub(p.mul(dp).sumKeep(-1))).mul(scale);
        Tensor[] results = new Tensor[inputs.length];
        results[0] = ds.matmul(k);
        results[1] = ds.transpose().matmul(q);
        results[2] = p.transpose().matmul(g);
        return results;
    }
}
