package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;

/**
 * Residual networks for CIFAR-size images (He et al. 2016): a 3x3 stem, stages of basic blocks whose width doubles as the
 * resolution halves, global average pooling and a linear head.
 */
public final class ResNet extends Module {
    private final Conv2d conv1;
    private final BatchNorm2d bn1;
    private final Module[] stages;
    private final Linear head;

    /**
     * A ResNet.
     *
     * @param channels of the images
     * @param width    of the first stage
     * @param blocks   per stage; stage s has width {@code width 2^s} and, but for the first, stride 2
     * @param outputs  of the head
     */
    public ResNet(Generator generator, int channels, int width, int[] blocks, int outputs) {
        conv1 = child("conv1", new Conv2d(generator, channels, width, 3, 1, 1));
        bn1 = child("bn1", new BatchNorm2d(width));
        stages = new Module[blocks.length];
        int in = width;
        for (int s = 0; s < blocks.length; s++) {
            int out = width << s;
            Module[] stage = new Module[blocks[s]];
            for (int b = 0; b < stage.length; b++) {
                stage[b] = new Block(generator, in, out, b == 0 && s > 0 ? 2 : 1);
                in = out;
            }
            stages[s] = child("layer" + (s + 1), new Sequential(stage));
        }
        head = child("fc", new Linear(generator, in, outputs));
    }

    /** ResNet-18: four stages of two blocks; the paper's width is 64. */
    public static ResNet resNet18(Generator generator, int channels, int width, int outputs) {
        return new ResNet(generator, channels, width, new int[] {2, 2, 2, 2}, outputs);
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor h = bn1.forward(conv1.forward(x)).relu();
        for (Module stage : stages) h = stage.forward(h);
        return head.forward(h.mean(2, 3));
    }

    /** Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes. */
    private static final class Block extends Module {
        private final Conv2d conv1;
        private final BatchNorm2d bn1;
        private final Conv2d conv2;
        private final BatchNorm2d bn2;
        private final Module shortcut;

        Block(Generator generator, int in, int out, int stride) {
            conv1 = child("conv1", new Conv2d(generator, in, out, 3, stride, 1));
            bn1 = child("bn1", new BatchNorm2d(out));
            conv2 = child("conv2", new Conv2d(generator, out, out, 3, 1, 1));
            bn2 = child("bn2", new BatchNorm2d(out));
            shortcut = stride == 1 && in == out ? null
                    : child("shortcut", new Sequential(new Conv2d(generator, in, out, 1, stride, 0), new BatchNorm2d(out)));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor h = bn1.forward(conv1.forward(x)).relu();
            h = bn2.forward(conv2.forward(h));
            return h.add(shortcut == null ? x : shortcut.forward(x)).relu();
        }
    }
}
