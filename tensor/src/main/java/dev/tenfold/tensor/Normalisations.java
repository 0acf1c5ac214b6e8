package dev.tenfold.tensor;

import dev.tenfold.tensor.op.BatchNorm;

/**
 * Normalisations by the statistics of batches, layers and groups, each one fused pass forward and one back. Types are not promoted: x,
 * weight and bias have one floating type. Weight and bias may be null: ones and zeros.
 */
public final class Normalisations {
    private Normalisations() {
    }

    /**
     * What batch normalisation gives.
     *
     * @param y        as x
     * @param mean     [c], of f32 or f64; without a gradient
     * @param variance [c], biased, as {@code mean}
     */
    public record Batch(Tensor y, Tensor mean, Tensor variance) {
    }

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} with mean and biased variance over all axes of x [n, c, …] but the second
     * (Ioffe and Szegedy 2015).
     *
     * @param weight [c] or null
     * @param bias   [c] or null
     * @throws IllegalArgumentException when shapes or types do not fit, a channel is empty, or eps is negative
     */
    public static Batch batchNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        Tensor[] results = Operation.applyAll(new BatchNorm(eps), withAffine(x, weight, bias));
        return new Batch(results[0], alone(results[1]), alone(results[2]));
    }

    /** The operation's inputs: weight and bias both or neither. */
    private static Tensor[] withAffine(Tensor x, Tensor weight, Tensor bias) {
        if (weight == null && bias == null) return new Tensor[] {x};
        return new Tensor[] {x, weight == null ? Tensors.onesLike(bias) : weight, bias == null ? Tensors.zerosLike(weight) : bias};
    }

    /** The values without their place in the graph. */
    private static Tensor alone(Tensor statistic) {
        try (statistic) {
            return statistic.detach();
        }
    }
}
