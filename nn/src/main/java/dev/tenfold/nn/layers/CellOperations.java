package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.op.Window;
import java.util.List;

/**
 * The operations between which differentiable architecture search chooses (Liu, Simonyan, Yang 2019, "DARTS", section 3.1). Each is a module
 * from [n, channels, h, w] to [n, channels, h / stride, w / stride], rounded up.
 *
 * @param generator of the initial weights
 * @param norm      how their batch norms behave: without weight and bias during the search, with both afterwards
 * @param dtype     of their parameters
 */
public record CellOperations(Generator generator, BatchNormOptions norm, DType dtype) {
    private static final int POOL = 3;

    /** Twice ReLU, a depthwise and a 1x1 convolution and batch norm; the stride is the first half's: 2 (size^2 C + C^2) weights. */
    public Module separable(int channels, int size, int stride) {
        return new Sequential(depthwiseThenPointwise(channels, Filter.square(size).stride(stride).same()),
                depthwiseThenPointwise(channels, Filter.square(size).same()));
    }

    /** ReLU, a depthwise convolution of dilation 2, a 1x1 convolution and batch norm: size^2 C + C^2 weights. */
    public Module dilated(int channels, int size, int stride) {
        return depthwiseThenPointwise(channels, Filter.square(size).stride(stride).dilation(2).same());
    }

    private Module depthwiseThenPointwise(int channels, Filter filter) {
        return new Sequential(Function.relu(), new Conv2d(generator, channels, channels, filter.groups(channels), dtype),
                new Conv2d(generator, channels, channels, Filter.square(1), dtype), new BatchNorm2d(channels, norm, dtype));
    }

    /** The maxima of 3x3 windows, and batch norm. */
    public Module maxPool(int channels, int stride) {
        return new Sequential(Function.maxPool(POOL, stride, 1), new BatchNorm2d(channels, norm, dtype));
    }

    /** The means of 3x3 windows, padding not counted, and batch norm. */
    public Module averagePool(int channels, int stride) {
        return new Sequential(Function.averagePool(POOL, POOL, Window.square(stride, 1, 1), false), new BatchNorm2d(channels, norm, dtype));
    }

    /** x itself; with stride 2 a {@link #factorisedReduction}. */
    public Module skip(int channels, int stride) {
        if (stride == 1) return Function.identity();
        if (stride != 2) throw new IllegalArgumentException("CellOperations: a skip has stride 1 or 2, not " + stride);
        return factorisedReduction(channels, channels);
    }

    /** Zeros, through which no gradient passes. */
    public Module zero(int stride) {
        if (stride < 1) throw new IllegalArgumentException("CellOperations: stride " + stride + " must be at least 1");
        return new Function(x -> Tensors.zeros(x.dtype(), x.size(0), x.size(1), (x.size(2) + stride - 1) / stride, (x.size(3) + stride - 1) / stride));
    }

    /** ReLU, a 1x1 convolution and batch norm: what brings a cell's inputs to its number of channels. */
    public Module projection(int in, int out) {
        return new Sequential(Function.relu(), new Conv2d(generator, in, out, Filter.square(1), dtype), new BatchNorm2d(out, norm, dtype));
    }

    /**
     * Halves the resolution without leaving out pixels: ReLU, a 1x1 convolution of stride 2 for one half of the channels, another for the
     * other half on the image shifted by one pixel in both directions, and batch norm. The sizes of the image must be even, and out too.
     */
    public Module factorisedReduction(int in, int out) {
        return new FactorisedReduction(in, out);
    }

    private final class FactorisedReduction extends Module {
        private final Conv2d even;
        private final Conv2d odd;
        private final BatchNorm2d batchNorm;

        FactorisedReduction(int in, int out) {
            if (out % 2 != 0) throw new IllegalArgumentException("CellOperations: a factorised reduction gives an even number of channels, not " + out);
            even = child("conv1", new Conv2d(generator, in, out / 2, Filter.square(1).stride(2), dtype));
            odd = child("conv2", new Conv2d(generator, in, out / 2, Filter.square(1).stride(2), dtype));
            batchNorm = child("bn", new BatchNorm2d(out, norm, dtype));
        }

        @Override
        public Tensor forward(Tensor x) {
            if (x.rank() != 4 || x.size(2) % 2 != 0 || x.size(3) % 2 != 0) {
                throw new IllegalArgumentException("CellOperations: a factorised reduction takes [n, c, h, w] with even h and w, not " + x.shape());
            }
            Tensor h = x.relu();
            Tensor shifted = h.narrow(2, 1, h.size(2) - 1).narrow(3, 1, h.size(3) - 1);
            return batchNorm.forward(Tensors.concat(1, List.of(even.forward(h), odd.forward(shifted))));
        }
    }
}
