package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Window;

/** Two-dimensional convolution: x [n, in, h, w], parameters {@code weight} [out, in / groups, r, s] and {@code bias} [out]. */
public final class Conv2d extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final Window window;
    private final int groups;

    /** A square filter without bias, as before a batch norm. */
    public Conv2d(Generator generator, int in, int out, int size, int stride, int padding) {
        this(generator, in, out, size, Window.square(stride, padding, 1), 1, false, DType.F32);
    }

    public Conv2d(Generator generator, int in, int out, int size, Window window, int groups, boolean bias, DType dtype) {
        if (groups < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException("Conv2d: " + groups + " groups do not divide " + in + " and " + out + " channels");
        }
        this.window = window;
        this.groups = groups;
        this.weight = parameter("weight", Init.heNormal(generator, dtype, out, in / groups, size, size));
        this.bias = bias ? parameter("bias", Tensors.zeros(dtype, out)) : null;
    }

    public Parameter weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Convolutions.conv2d(x, weight.value(), bias == null ? null : bias.value(), window, groups);
    }
}
