package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.AttentionScores;

/**
 * Multi-head attention (Vaswani et al. 2017) of x [batch, tokens, width] with itself or with another sequence:
 * {@code y = concat_h softmax(Q_h K_h^T / sqrt(width / heads)) V_h W_out^T + b_out}. Queries, keys and values come from one
 * product with {@code in_weight} [3 width, width] and {@code in_bias} [3 width]; {@code out} is a {@link Linear}.
 */
public final class MultiHeadAttention extends Module {
    private final Parameter inWeight;
    private final Parameter inBias;
    private final Linear out;
    private final Dropout dropout;
    private final int heads;
    private final boolean causal;

    /** Every token sees every token; no dropout. */
    public MultiHeadAttention(Generator generator, int width, int heads) {
        this(generator, width, heads, false, 0, DType.F32);
    }

    /**
     * Multi-head attention.
     *
     * @param width  of a token, a multiple of {@code heads}
     * @param causal a token sees those up to itself alone
     * @param rate   of the dropout of attention weights; above 0 they are held in memory, [batch, heads, tokens, tokens]
     */
    public MultiHeadAttention(Generator generator, int width, int heads, boolean causal, double rate, DType dtype) {
        if (heads < 1 || width < 1 || width % heads != 0) {
            throw new IllegalArgumentException("MultiHeadAttention: the width " + width + " must be a positive multiple of the " + heads + " heads");
        }
        this.heads = heads;
        this.causal = causal;
        inWeight = parameter("in_weight", Init.xavierUniform(generator, dtype, 3L * width, width));
        inBias = parameter("in_bias", Tensors.zeros(dtype, 3L * width));
        out = child("out", new Linear(generator, width, width, true, dtype));
        dropout = rate == 0 ? null : child("dropout", new Dropout(generator, rate));
    }

    @Override
    public Tensor forward(Tensor x) {
        return forward(x, null);
    }

    /**
     * Self-attention in which only the tokens where {@code present} is true are seen.
     *
     * @param present bool [batch, tokens], or null: all
     */
    public Tensor forward(Tensor x, Tensor present) {
        requireTokens("x", x);
        Tensor mask = mask(present, x);
        Tensor projected = x.linear(inWeight.value(), inBias.value());
        if (!dropsWeights()) return out.forward(projected.selfAttention(heads, mask, causal));
        long width = x.size(2);
        return out.forward(joined(attend(part(projected, 0, width), part(projected, width, width), part(projected, 2 * width, width), mask)));
    }

    /**
     * Cross-attention: x asks, {@code memory} [batch, others, width] answers.
     *
     * @param present bool [batch, others], which of the others are seen, or null: all
     */
    public Tensor forward(Tensor x, Tensor memory, Tensor present) {
        requireTokens("x", x);
        requireTokens("memory", memory);
        long width = x.size(2);
        Tensor asked = x.linear(inWeight.value().narrow(0, 0, width), inBias.value().narrow(0, 0, width));
        Tensor answers = memory.linear(inWeight.value().narrow(0, width, 2 * width), inBias.value().narrow(0, width, 2 * width));
        return out.forward(joined(attend(part(asked, 0, width), part(answers, 0, width), part(answers, width, width), mask(present, memory))));
    }

    private boolean dropsWeights() {
        return dropout != null && isTraining();
    }

    /** Queries, keys and values are [batch, heads, tokens, width of a head]. */
    private Tensor attend(Tensor q, Tensor k, Tensor v, Tensor mask) {
        if (!dropsWeights()) return q.attention(k, v, mask, causal);
        return dropout.forward(AttentionScores.probabilities(q, k, mask, 1 / Math.sqrt(q.size(3)), causal)).matmul(v);
    }

    private Tensor part(Tensor projected, long start, long width) {
        return projected.narrow(2, start, width).reshape(projected.size(0), projected.size(1), heads, width / heads).transpose(1, 2);
    }

    private static Tensor joined(Tensor y) {
        return y.transpose(1, 2).reshape(y.size(0), y.size(2), y.size(1) * y.size(3));
    }

    private static Tensor mask(Tensor present, Tensor tokens) {
        if (present == null) return null;
        if (present.rank() != 2 || present.size(0) != tokens.size(0) || present.size(1) != tokens.size(1)) {
            throw new IllegalArgumentException("MultiHeadAttention: the mask is " + present.shape() + "; for tokens " + tokens.shape() + " it must be bool ["
                    + tokens.size(0) + ", " + tokens.size(1) + "], true where a token is seen");
        }
        return present.reshape(present.size(0), 1, 1, present.size(1));
    }

    private void requireTokens(String name, Tensor x) {
        long width = inWeight.value().size(1);
        if (x.rank() != 3 || x.size(2) != width) {
            throw new IllegalArgumentException("MultiHeadAttention: " + name + " is " + x.shape() + "; it must be [batch, tokens, " + width + "]");
        }
    }
}
