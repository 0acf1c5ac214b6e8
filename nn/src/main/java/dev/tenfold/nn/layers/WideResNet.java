package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Window;

/**
 * Wide residual networks WRN-d-k for 32x32 images (Zagoruyko and Komodakis 2016): a 3x3 stem of width 16, three groups of
 * {@code (d - 4) / 6} pre-activation blocks of widths 16 k, 32 k and 64 k, the last two beginning with stride 2, then batch norm, ReLU,
 * global average pooling and a linear head. x [n, channels, h, w], result [n, outputs].
 */
public final class WideResNet extends Module {
    private static final int STEM = 16;

    private final Conv2d stem;
    private final Module[] groups = new Module[3];
    private final BatchNorm2d norm;
    private final Linear head;

    /**
     * WRN-depth-widen, f32.
     *
     * @param depth    6 n + 4 for n blocks per group: 10, 16, 22, 28, 34, 40
     * @param widen    the factor k of the widths
     * @param channels of the images
     */
    public WideResNet(Generator generator, int depth, int widen, int channels, int outputs) {
        this(generator, depth, widen, channels, outputs, DType.F32);
    }

    /** WRN-depth-widen of a floating type. */
    public WideResNet(Generator generator, int depth, int widen, int channels, int outputs, DType dtype) {
        if (depth < 10 || (depth - 4) % 6 != 0) throw new IllegalArgumentException("WideResNet: depth " + depth + " is not 6 n + 4 with n at least 1, such as 10, 16, 28 or 40");
        if (widen < 1) throw new IllegalArgumentException("WideResNet: the factor " + widen + " must be at least 1");
        stem = child("conv1", convolution(generator, channels, STEM, 3, 1, dtype));
        int in = STEM;
        for (int g = 0; g < groups.length; g++) {
            int out = STEM * widen << g;
            Module[] blocks = new Module[(depth - 4) / 6];
            for (int b = 0; b < blocks.length; b++) {
                blocks[b] = new Block(generator, in, out, b == 0 && g > 0 ? 2 : 1, dtype);
                in = out;
            }
            groups[g] = child("block" + (g + 1), new Sequential(blocks));
        }
        norm = child("bn1", new BatchNorm2d(in, 0.1, 1e-5, dtype));
        head = child("fc", new Linear(generator, in, outputs, true, dtype));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor h = stem.forward(x);
        for (Module group : groups) h = group.forward(h);
        return head.forward(norm.forward(h).relu().mean(2, 3));
    }

    private static Conv2d convolution(Generator generator, int in, int out, int size, int stride, DType dtype) {
        return new Conv2d(generator, in, out, size, Window.square(stride, size / 2, 1), 1, false, dtype);
    }

    /**
     * {@code a = relu(bn1(x))}, {@code y = conv2(relu(bn2(conv1(a)))) + x}; where the shape changes, a 1x1 convolution of a stands for
     * x, as in the authors' code.
     */
    private static final class Block extends Module {
        private final BatchNorm2d bn1;
        private final Conv2d conv1;
        private final BatchNorm2d bn2;
        private final Conv2d conv2;
        private final Conv2d shortcut;

        Block(Generator generator, int in, int out, int stride, DType dtype) {
            bn1 = child("bn1", new BatchNorm2d(in, 0.1, 1e-5, dtype));
            conv1 = child("conv1", convolution(generator, in, out, 3, stride, dtype));
            bn2 = child("bn2", new BatchNorm2d(out, 0.1, 1e-5, dtype));
            conv2 = child("conv2", convolution(generator, out, out, 3, 1, dtype));
            shortcut = stride == 1 && in == out ? null : child("shortcut", convolution(generator, in, out, 1, stride, dtype));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor a = bn1.forward(x).relu();
            Tensor h = conv2.forward(bn2.forward(conv1.forward(a)).relu());
            return h.add(shortcut == null ? x : shortcut.forward(a));
        }
    }
}
