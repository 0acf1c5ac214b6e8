package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Two-dimensional convolution: x [n, in, h, w], parameters {@code weight} [out, in / groups, rows, columns], at first
 * normal after He et al. 2015 by the fan-out, and {@code bias} [out], at first zero.
 */
public final class Conv2d extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final Filter filter;

    /** A square filter without bias, as before a batch norm. */
    public Conv2d(Generator generator, int in, int out, int size, int stride, int padding) {
        this(generator, in, out, Filter.square(size).stride(stride).padding(padding));
    }

    public Conv2d(Generator generator, int in, int out, Filter filter) {
        this(generator, in, out, filter, DType.F32);
    }

    public Conv2d(Generator generator, int in, int out, Filter filter, DType dtype) {
        filter.requireGroups("Conv2d", in, out);
        this.filter = filter;
        this.weight = parameter("weight", Init.heNormalInGroups(generator, dtype, filter.groups(), out, in / filter.groups(), filter.rows(), filter.columns()));
        this.bias = filter.bias() ? parameter("bias", Tensors.zeros(dtype, out)) : null;
    }

    /** A convolution of every channel by itself, with one filter each. */
    public static Conv2d depthwise(Generator generator, int channels, Filter filter) {
        return new Conv2d(generator, channels, channels, filter.groups(channels));
    }

    /** A 1x1 convolution without bias: a linear map of the channels at every place. */
    public static Conv2d pointwise(Generator generator, int in, int out) {
        return new Conv2d(generator, in, out, Filter.square(1));
    }

    public Parameter weight() {
        return weight;
    }

    /** The bias, or null. */
    public Parameter bias() {
        return bias;
    }

    public Filter filter() {
        return filter;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Convolutions.conv2d(x, weight.value(), bias == null ? null : bias.value(), filter.window(), filter.groups());
    }
}
