package dev.tenfold.tensor;

import dev.tenfold.tensor.op.BatchNorm;
import dev.tenfold.tensor.op.GroupNorm;
import dev.tenfold.tensor.op.LayerNorm;

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

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} with mean and biased variance over the last dimensions of x, those of
     * {@code weight} (Ba, Kiros and Hinton 2016).
     *
     * @param weight of the shape that x ends in, or null when {@code bias} tells it
     * @param bias   as {@code weight}, or null
     * @throws IllegalArgumentException when both are null, shapes or types do not fit, rows are empty, or eps is negative
     */
    public static Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, double eps) {
        if (weight == null && bias == null) throw new IllegalArgumentException("layerNorm: without weight and bias the number of dimensions must be told");
        return first(Operation.applyAll(new LayerNorm((weight == null ? bias : weight).rank(), eps), withAffine(x, weight, bias)));
    }

    /** Layer normalisation over the last {@code dimensions} dimensions without weight and bias. */
    public static Tensor layerNorm(Tensor x, int dimensions, double eps) {
        return first(Operation.applyAll(new LayerNorm(dimensions, eps), x));
    }

    /**
     * {@code y = (x - mean) / sqrt(variance + eps) weight + bias} by the statistics of each of {@code groups} equal groups of neighbouring
     * channels in each image of x [n, c, …] (Wu and He 2018); a group per channel is instance normalisation (Ulyanov et al. 2016).
     *
     * @param weight [c] or null
     * @param bias   [c] or null
     * @throws IllegalArgumentException when shapes or types do not fit, the groups do not divide c, images are empty, or eps is negative
     */
    public static Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, double eps) {
        return first(Operation.applyAll(new GroupNorm(groups, eps), withAffine(x, weight, bias)));
    }

    /** The first result; the graph holds the others where it needs them, and nobody else does. */
    private static Tensor first(Tensor[] results) {
        for (int i = 1; i < results.length; i++) results[i].close();
        return results[0];
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
