package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Normalisations;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Group normalisation of x [n, c, …] (Wu and He 2018): {@code y = (x - mean) / sqrt(var + eps) weight + bias} with the mean and biased
 * variance of each of equal groups of neighbouring channels in each image, in training as in evaluation. Parameters {@code weight} and
 * {@code bias} [c].
 */
public final class GroupNorm extends Module {
    private final int groups;
    private final int channels;
    private final double eps;
    private final Parameter weight;
    private final Parameter bias;

    /** With a learned weight and bias, eps 1e-5. */
    public GroupNorm(int groups, int channels) {
        this(groups, channels, 1e-5, true, DType.F32);
    }

    /** @param affine whether there are a learned weight and bias */
    public GroupNorm(int groups, int channels, double eps, boolean affine, DType dtype) {
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException("GroupNorm: " + groups + " groups do not divide " + channels + " channels");
        }
        this.groups = groups;
        this.channels = channels;
        this.eps = eps;
        weight = affine ? parameter("weight", Tensors.ones(dtype, channels)) : null;
        bias = affine ? parameter("bias", Tensors.zeros(dtype, channels)) : null;
    }

    /** Instance normalisation (Ulyanov, Vedaldi and Lempitsky 2016): a group for each channel, without weight and bias. */
    public static GroupNorm instances(int channels) {
        return new GroupNorm(channels, channels, 1e-5, false, DType.F32);
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() < 2 || x.size(1) != channels) {
            throw new IllegalArgumentException("GroupNorm: x is " + x.shape() + "; it must be [n, " + channels + ", …]");
        }
        return Normalisations.groupNorm(x, groups, weight == null ? null : weight.value(), bias == null ? null : bias.value(), eps);
    }
}
