package dev.tenfold.nn.models;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.BatchNorm2d;
import dev.tenfold.nn.layers.Conv2d;
import dev.tenfold.nn.layers.Dropout;
import dev.tenfold.nn.layers.Filter;
import dev.tenfold.nn.layers.Function;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Sequential;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * Wide residual networks WRN-d-k for 32x32 images (Zagoruyko and Komodakis 2016): a 3x3 stem of width 16, three groups of
 * {@code (d - 4) / 6} pre-activation blocks of widths 16 k, 32 k and 64 k, the last two beginning with stride 2, then batch norm, ReLU,
 * global average pooling and a linear head. x [n, channels, h, w], result [n, outputs].
 */
public final class WideResNet extends Module {
    private static final int STEM = 16;
    private static final int GROUPS = 3;

    private final NetworkParts parts;

    /**
     * WRN-depth-widen, f32.
     *
     * @param depth    6 n + 4 for n blocks per group: 10, 16, 22, 28, 34, 40
     * @param widen    the factor k of the widths
     * @param channels of the images
     */
    public WideResNet(Generator generator, int depth, int widen, int channels, int outputs) {
        this(generator, depth, widen, channels, outputs, 0, DType.F32);
    }

    /**
     * WRN-depth-widen with dropout between the convolutions of a block.
     *
     * @param dropout its rate in [0, 1); the paper has 0.3 on CIFAR and 0.4 on SVHN
     */
    public WideResNet(Generator generator, int depth, int widen, int channels, int outputs, double dropout, DType dtype) {
        if (depth < 10 || (depth - 4) % 6 != 0) throw new IllegalArgumentException("WideResNet: depth " + depth + " is not 6 n + 4 with n at least 1, such as 10, 16, 28 or 40");
        if (widen < 1) throw new IllegalArgumentException("WideResNet: the factor " + widen + " must be at least 1");
        Conv2d stem = child("conv1", convolution(generator, channels, STEM, 3, 1, dtype));
        int in = STEM;
        Sequential[] groups = new Sequential[GROUPS];
        for (int g = 0; g < GROUPS; g++) {
            int out = STEM * widen << g;
            Module[] blocks = new Module[(depth - 4) / 6];
            for (int b = 0; b < blocks.length; b++) {
                blocks[b] = new Block(generator, in, out, b == 0 && g > 0 ? 2 : 1, dropout, dtype);
                in = out;
            }
            groups[g] = child("block" + (g + 1), new Sequential(blocks));
        }
        BatchNorm2d norm = child("bn1", new BatchNorm2d(in, 0.1, 1e-5, dtype));
        Module head = new Sequential(norm, Function.relu(), Function.globalAveragePool(), child("fc", new Linear(generator, in, outputs, true, dtype)));
        parts = new NetworkParts(stem, List.of(groups), head);
    }

    /** Stem, stages and head, on this network's parameters. */
    public NetworkParts parts() {
        return parts;
    }

    @Override
    public Tensor forward(Tensor x) {
        return parts.outputs(x);
    }

    private static Conv2d convolution(Generator generator, int in, int out, int size, int stride, DType dtype) {
        return new Conv2d(generator, in, out, Filter.square(size).stride(stride).same(), dtype);
    }

    /**
     * {@code a = relu(bn1(x))}, {@code y = conv2(dropout(relu(bn2(conv1(a))))) + x}; where the shape changes, a 1x1 convolution of a stands
     * for x, as in the authors' code.
     */
    private static final class Block extends Module {
        private final BatchNorm2d bn1;
        private final Conv2d conv1;
        private final BatchNorm2d bn2;
        private final Dropout dropout;
        private final Conv2d conv2;
        private final Conv2d shortcut;

        Block(Generator generator, int in, int out, int stride, double rate, DType dtype) {
            bn1 = child("bn1", new BatchNorm2d(in, 0.1, 1e-5, dtype));
            conv1 = child("conv1", convolution(generator, in, out, 3, stride, dtype));
            bn2 = child("bn2", new BatchNorm2d(out, 0.1, 1e-5, dtype));
            dropout = rate == 0 ? null : child("dropout", new Dropout(generator, rate));
            conv2 = child("conv2", convolution(generator, out, out, 3, 1, dtype));
            shortcut = stride == 1 && in == out ? null : child("shortcut", convolution(generator, in, out, 1, stride, dtype));
        }

        @Override
        public Tensor forward(Tensor x) {
            try (Scope scope = Scope.open()) {
                Tensor a = bn1.forward(x).relu();
                Tensor h = bn2.forward(conv1.forward(a)).relu();
                if (dropout != null) h = dropout.forward(h);
                return scope.keep(conv2.forward(h).add(shortcut == null ? x : shortcut.forward(a)));
            }
        }
    }
}
