package dev.tenfold.nn.models;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.BatchNorm2d;
import dev.tenfold.nn.layers.Conv2d;
import dev.tenfold.nn.layers.Filter;
import dev.tenfold.nn.layers.Function;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Sequential;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Residual networks (He, Zhang, Ren, Sun 2016): a stem, stages of blocks whose width doubles as the resolution halves, global average
 * pooling and a linear head. x [n, channels, h, w], result [n, outputs].
 */
public final class ResNet extends Module {
    private final NetworkParts parts;

    /** A network for small images of basic blocks with projected shortcuts; {@code blocks} has their number per stage. */
    public ResNet(Generator generator, int channels, int width, int[] blocks, int outputs) {
        this(generator, new ResNetDesign(ResNetDesign.Stem.SMALL_IMAGES, ResNetDesign.Block.BASIC, ResNetDesign.Shortcut.PROJECTED, channels, width,
                Arrays.stream(blocks).boxed().toList(), false), outputs, DType.F32);
    }

    public ResNet(Generator generator, ResNetDesign design, int outputs) {
        this(generator, design, outputs, DType.F32);
    }

    public ResNet(Generator generator, ResNetDesign design, int outputs, DType dtype) {
        boolean large = design.stem() == ResNetDesign.Stem.LARGE_IMAGES;
        Filter filter = large ? Filter.square(7).stride(2).same() : Filter.square(3).same();
        Conv2d conv1 = child("conv1", new Conv2d(generator, design.channels(), design.width(), filter, dtype));
        BatchNorm2d bn1 = child("bn1", new BatchNorm2d(design.width(), 0.1, 1e-5, dtype));
        Module stem = new Sequential(conv1, bn1, Function.relu(), large ? Function.maxPool(3, 2, 1) : Function.identity());
        Sequential[] stages = new Sequential[design.blocks().size()];
        int in = design.width();
        for (int s = 0; s < stages.length; s++) {
            Module[] blocks = new Module[design.blocks().get(s)];
            for (int b = 0; b < blocks.length; b++) {
                boolean last = s == stages.length - 1 && b == blocks.length - 1;
                ResNetBlock block = new ResNetBlock(generator, design, in, design.width() << s, b == 0 && s > 0 ? 2 : 1, !(last && design.signed()), dtype);
                blocks[b] = block;
                in = (design.width() << s) * design.block().expansion;
            }
            stages[s] = child("layer" + (s + 1), new Sequential(blocks));
        }
        Module head = new Sequential(Function.globalAveragePool(), child("fc", new Linear(generator, in, outputs, true, dtype)));
        parts = new NetworkParts(stem, List.of(stages), head);
    }

    /** ResNet-18 for small images: four stages of two basic blocks; the paper's width is 64. */
    public static ResNet resNet18(Generator generator, int channels, int width, int outputs) {
        return new ResNet(generator, ResNetDesign.imageNet(18).stem(ResNetDesign.Stem.SMALL_IMAGES).channels(channels).width(width), outputs);
    }

    /** Stem, stages and head, on this network's parameters. */
    public NetworkParts parts() {
        return parts;
    }

    @Override
    public Tensor forward(Tensor x) {
        return parts.outputs(x);
    }
}
