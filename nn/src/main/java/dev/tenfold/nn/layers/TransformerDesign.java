package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;

/**
 * What the blocks of a transformer are made of.
 *
 * @param width      of a token, a multiple of {@code heads}
 * @param hidden     width between the two products of the MLP, usually 4 width
 * @param preNorm    layer norm before attention and MLP (Xiong et al. 2020), otherwise after the sums (Vaswani et al. 2017)
 * @param causal     a token sees those up to itself alone
 * @param dropout    of attention weights, and of what attention and MLP give
 * @param dropPath   rate of stochastic depth; of a stack, that of the last block, rising linearly from 0
 * @param epsilon    of the layer norms
 */
public record TransformerDesign(int width, int heads, int hidden, Activation activation, boolean preNorm, boolean causal, double dropout,
                                double dropPath, double epsilon, DType dtype) {
    public TransformerDesign {
        if (heads < 1 || width < 1 || width % heads != 0 || hidden < 1) {
            throw new IllegalArgumentException("TransformerDesign: width " + width + ", " + heads + " heads and " + hidden
                    + " hidden units; the width must be a multiple of the heads, and all positive");
        }
    }

    /** Layer norm first, GELU, an MLP of 4 width, every token sees every token, nothing is dropped; f32. */
    public static TransformerDesign of(int width, int heads) {
        return new TransformerDesign(width, heads, 4 * width, Activation.GELU, true, false, 0, 0, 1e-5, DType.F32);
    }

    public TransformerDesign withHidden(int units) {
        return new TransformerDesign(width, heads, units, activation, preNorm, causal, dropout, dropPath, epsilon, dtype);
    }

    public TransformerDesign withActivation(Activation other) {
        return new TransformerDesign(width, heads, hidden, other, preNorm, causal, dropout, dropPath, epsilon, dtype);
    }

    public TransformerDesign withPreNorm(boolean first) {
        return new TransformerDesign(width, heads, hidden, activation, first, causal, dropout, dropPath, epsilon, dtype);
    }

    public TransformerDesign withCausal(boolean past) {
        return new TransformerDesign(width, heads, hidden, activation, preNorm, past, dropout, dropPath, epsilon, dtype);
    }

    public TransformerDesign withDropout(double rate) {
        return new TransformerDesign(width, heads, hidden, activation, preNorm, causal, rate, dropPath, epsilon, dtype);
    }

    public TransformerDesign withDropPath(double rate) {
        return new TransformerDesign(width, heads, hidden, activation, preNorm, causal, dropout, rate, epsilon, dtype);
    }

    public TransformerDesign withEpsilon(double value) {
        return new TransformerDesign(width, heads, hidden, activation, preNorm, causal, dropout, dropPath, value, dtype);
    }

    public TransformerDesign withType(DType type) {
        return new TransformerDesign(width, heads, hidden, activation, preNorm, causal, dropout, dropPath, epsilon, type);
    }
}
