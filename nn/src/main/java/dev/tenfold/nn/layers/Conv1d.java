package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Window;

/**
 * One-dimensional convolution: x [n, in, length], parameters {@code weight} [out, in / groups, size] and {@code bias} [out]. It is the
 * two-dimensional one of an image of one row.
 */
public final class Conv1d extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final Window window;
    private final int groups;

    /**
     * A convolution along the last dimension.
     *
     * @param filter of one row; its vertical stride, padding and dilation have no meaning here
     */
    public Conv1d(Generator generator, int in, int out, Filter filter, DType dtype) {
        filter.requireGroups("Conv1d", in, out);
        if (filter.rows() != 1) throw new IllegalArgumentException("Conv1d: the filter is " + filter.rows() + "x" + filter.columns() + "; it must have one row, as Filter.of(1, n) has");
        Window w = filter.window();
        this.window = new Window(1, w.strideW(), 0, w.padW(), 1, w.dilationW());
        this.groups = filter.groups();
        this.weight = parameter("weight", Init.heNormalInGroups(generator, dtype, groups, out, in / groups, filter.columns()));
        this.bias = filter.bias() ? parameter("bias", Tensors.zeros(dtype, out)) : null;
    }

    public Parameter weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor x) {
        if (x.rank() != 3) throw new IllegalArgumentException("Conv1d: x is " + x.shape() + "; it must be [n, " + weight.value().size(1) * groups + ", length]");
        Tensor y = Convolutions.conv2d(x.unsqueeze(2), weight.value().unsqueeze(2), bias == null ? null : bias.value(), window, groups);
        return y.squeeze(2);
    }
}
