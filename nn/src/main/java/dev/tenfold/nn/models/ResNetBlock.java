package dev.tenfold.nn.models;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.BatchNorm2d;
import dev.tenfold.nn.layers.Conv2d;
import dev.tenfold.nn.layers.Filter;
import dev.tenfold.nn.layers.Sequential;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/** A block of a {@link ResNet}: convolutions with batch norm and ReLU between them, beside a shortcut, and ReLU after the sum. */
final class ResNetBlock extends Module {
    private final Conv2d[] convolutions;
    private final BatchNorm2d[] norms;
    private final Module shortcut;
    private final boolean lastReLU;

    ResNetBlock(Generator generator, ResNetDesign design, int in, int width, int stride, boolean lastReLU, DType dtype) {
        int out = width * design.block().expansion;
        boolean basic = design.block() == ResNetDesign.Block.BASIC;
        int[] sizes = basic ? new int[] {3, 3} : new int[] {1, 3, 1};
        int strided = basic ? 0 : 1;
        this.lastReLU = lastReLU;
        convolutions = new Conv2d[sizes.length];
        norms = new BatchNorm2d[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            int to = i == sizes.length - 1 ? out : width;
            Filter filter = Filter.square(sizes[i]).stride(i == strided ? stride : 1).same();
            convolutions[i] = child("conv" + (i + 1), new Conv2d(generator, i == 0 ? in : width, to, filter, dtype));
            norms[i] = child("bn" + (i + 1), new BatchNorm2d(to, 0.1, 1e-5, dtype));
        }
        shortcut = stride == 1 && in == out ? null : child("shortcut", switch (design.shortcut()) {
            case PROJECTED -> new Sequential(new Conv2d(generator, in, out, Filter.square(1).stride(stride), dtype), new BatchNorm2d(out, 0.1, 1e-5, dtype));
            case PADDED -> new PaddedShortcut(in, out, stride);
        });
    }

    @Override
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor h = x;
            for (int i = 0; i < convolutions.length; i++) {
                if (i > 0) h = h.relu();
                h = norms[i].forward(convolutions[i].forward(h));
            }
            Tensor sum = h.add(shortcut == null ? x : shortcut.forward(x));
            return scope.keep(lastReLU ? sum.relu() : sum);
        }
    }

    /** Every stride-th pixel, and zeros as the new channels, half of them before and half behind. */
    private static final class PaddedShortcut extends Module {
        private final int before;
        private final int behind;
        private final int stride;

        PaddedShortcut(int in, int out, int stride) {
            if (out < in) throw new IllegalArgumentException("ResNet: a padded shortcut cannot lead from " + in + " to " + out + " channels");
            this.before = (out - in) / 2;
            this.behind = out - in - before;
            this.stride = stride;
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor thinned = stride == 1 ? x : x.slice(2, 0, x.size(2), stride).slice(3, 0, x.size(3), stride);
            return thinned.pad(1, before, behind);
        }
    }
}
