package dev.tenfold.nn.models;

import java.util.List;

/**
 * What a {@link ResNet} is built like: {@code ResNetDesign.imageNet(50)}, or {@code ResNetDesign.cifar(20).channels(1)}.
 *
 * @param stem     what comes before the first stage
 * @param block    what the stages consist of
 * @param shortcut how it passes where the shape changes
 * @param channels of the images
 * @param width    of the first stage; stage s has width {@code width 2^s} and, but for the first, stride 2
 * @param blocks   per stage
 * @param signed   whether the last block goes without its final ReLU, so that features may be negative
 */
public record ResNetDesign(Stem stem, Block block, Shortcut shortcut, int channels, int width, List<Integer> blocks, boolean signed) {
    /** What comes before the first stage. */
    public enum Stem {
        /** A 3x3 convolution. */
        SMALL_IMAGES,
        /** A 7x7 convolution of stride 2 and 3x3 max pooling of stride 2. */
        LARGE_IMAGES
    }

    /** What the stages consist of. */
    public enum Block {
        /** Two 3x3 convolutions. */
        BASIC(1),
        /** 1x1, 3x3 and 1x1 convolutions, the last of four times the width; the stride is the 3x3 convolution's (Goyal et al. 2017). */
        BOTTLENECK(4);

        final int expansion;

        Block(int expansion) {
            this.expansion = expansion;
        }
    }

    /** How the shortcut passes where the shape changes (He et al. 2016, section 3.3). */
    public enum Shortcut {
        /** Option A: every second pixel, and zeros as the new channels; no parameters. */
        PADDED,
        /** Option B: a 1x1 convolution and batch norm. */
        PROJECTED
    }

    public ResNetDesign {
        blocks = List.copyOf(blocks);
        if (channels < 1 || width < 1 || blocks.isEmpty() || blocks.stream().anyMatch(b -> b < 1)) {
            throw new IllegalArgumentException("ResNet: " + channels + " channels, width " + width + " and blocks " + blocks + " must all be at least 1");
        }
    }

    /** The networks for ImageNet of He et al. 2016, table 1: depth 18, 34, 50, 101 or 152, and depth 10 with a block per stage. */
    public static ResNetDesign imageNet(int depth) {
        List<Integer> blocks = switch (depth) {
            case 10 -> List.of(1, 1, 1, 1);
            case 18 -> List.of(2, 2, 2, 2);
            case 34, 50 -> List.of(3, 4, 6, 3);
            case 101 -> List.of(3, 4, 23, 3);
            case 152 -> List.of(3, 8, 36, 3);
            default -> throw new IllegalArgumentException("ResNet: there is no depth " + depth + " for large images; 10, 18, 34, 50, 101 and 152 are known");
        };
        return new ResNetDesign(Stem.LARGE_IMAGES, depth < 50 ? Block.BASIC : Block.BOTTLENECK, Shortcut.PROJECTED, 3, 64, blocks, false);
    }

    /** The networks for CIFAR of He et al. 2016, section 4.2: depth 6 n + 2, three stages of n blocks of widths 16, 32 and 64. */
    public static ResNetDesign cifar(int depth) {
        if (depth < 8 || (depth - 2) % 6 != 0) {
            throw new IllegalArgumentException("ResNet: depth " + depth + " is not 6 n + 2 with n at least 1, such as 20, 32, 56 or 110");
        }
        int n = (depth - 2) / 6;
        return new ResNetDesign(Stem.SMALL_IMAGES, Block.BASIC, Shortcut.PADDED, 3, 16, List.of(n, n, n), false);
    }

    /** With another stem: that for small images turns ResNet-18 or ResNet-50 into what they are on CIFAR. */
    public ResNetDesign stem(Stem stem) {
        return new ResNetDesign(stem, block, shortcut, channels, width, blocks, signed);
    }

    public ResNetDesign channels(int channels) {
        return new ResNetDesign(stem, block, shortcut, channels, width, blocks, signed);
    }

    public ResNetDesign width(int width) {
        return new ResNetDesign(stem, block, shortcut, channels, width, blocks, signed);
    }

    public ResNetDesign shortcut(Shortcut shortcut) {
        return new ResNetDesign(stem, block, shortcut, channels, width, blocks, signed);
    }

    /** With features that may be negative: the last block goes without its final ReLU. */
    public ResNetDesign signedFeatures() {
        return new ResNetDesign(stem, block, shortcut, channels, width, blocks, true);
    }

    /** The length of the features before the head. */
    public int features() {
        return (width << blocks.size() - 1) * block.expansion;
    }
}
