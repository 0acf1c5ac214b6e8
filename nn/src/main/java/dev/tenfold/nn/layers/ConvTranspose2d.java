package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Transposed convolution, which enlarges images: the adjoint of a {@link Conv2d} with the same filter. x [n, in, h, w], result
 * [n, out, (h - 1) stride - 2 padding + dilation (rows - 1) + 1 + outputPadding, …], parameters {@code weight}
 * [in, out / groups, rows, columns] and {@code bias} [out], at first zero.
 */
public final class ConvTranspose2d extends Module {
    private final Parameter weight;
    private final Parameter bias;
    private final Filter filter;
    private final int outputPadding;

    public ConvTranspose2d(Generator generator, int in, int out, Filter filter) {
        this(generator, in, out, filter, 0, DType.F32);
    }

    /**
     * A transposed convolution.
     *
     * @param outputPadding rows and columns that the stride leaves open, at least 0 and below the stride
     */
    public ConvTranspose2d(Generator generator, int in, int out, Filter filter, int outputPadding, DType dtype) {
        filter.requireGroups("ConvTranspose2d", in, out);
        int stride = Math.min(filter.window().strideH(), filter.window().strideW());
        if (outputPadding < 0 || outputPadding >= stride) {
            throw new IllegalArgumentException("ConvTranspose2d: outputPadding " + outputPadding + " must be at least 0 and below the stride " + stride);
        }
        this.filter = filter;
        this.outputPadding = outputPadding;
        // A pixel of the result sums about this many terms: of each input channel, the taps that the stride does not skip.
        double terms = (double) in / filter.groups() * filter.rows() * filter.columns() / (filter.window().strideH() * filter.window().strideW());
        this.weight = parameter("weight", Init.normal(generator, dtype, Math.sqrt(2 / Math.max(1, terms)), in, out / filter.groups(), filter.rows(), filter.columns()));
        this.bias = filter.bias() ? parameter("bias", Tensors.zeros(dtype, out)) : null;
    }

    public Parameter weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Convolutions.convTranspose2d(x, weight.value(), bias == null ? null : bias.value(), filter.window(), outputPadding, filter.groups());
    }
}
