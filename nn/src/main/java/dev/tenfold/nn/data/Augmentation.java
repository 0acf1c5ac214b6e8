package dev.tenfold.nn.data;

import java.util.Arrays;

/** A random change of a training image. It has no state: all randomness comes from the {@link Draws} it is given. */
@FunctionalInterface
public interface Augmentation {
    /** Changes {@code picture}. */
    void apply(Picture picture, Draws draws);

    /** No change. */
    static Augmentation none() {
        return (picture, draws) -> { };
    }

    /** The usual one for CIFAR: {@code randomCrop(4)}, then {@code horizontalFlip()}. */
    static Augmentation cropAndFlip() {
        return randomCrop(4).then(horizontalFlip());
    }

    /** This change, then {@code next}. */
    default Augmentation then(Augmentation next) {
        return (picture, draws) -> {
            apply(picture, draws);
            next.apply(picture, draws);
        };
    }

    /** Pads by {@code padding} black pixels on every side and cuts a random window of the old size out. */
    static Augmentation randomCrop(int padding) {
        if (padding < 0) throw new IllegalArgumentException("randomCrop: padding " + padding + " must not be negative");
        return (picture, draws) -> {
            int down = draws.below(2 * padding + 1) - padding;
            int right = draws.below(2 * padding + 1) - padding;
            shift(picture, down, right);
        };
    }

    /** Mirrors left and right with probability one half. */
    static Augmentation horizontalFlip() {
        return (picture, draws) -> {
            if (draws.chance(0.5)) mirror(picture);
        };
    }

    /** The pixel (y, x) becomes the one at (y + down, x + right), black where there is none. */
    private static void shift(Picture picture, int down, int right) {
        int h = picture.height();
        int w = picture.width();
        byte[] from = picture.pixels();
        byte[] to = picture.spare();
        Arrays.fill(to, (byte) 0);
        int first = Math.max(0, -right);
        int count = w - Math.abs(right);
        for (int row = 0; row < picture.channels() * h; row++) {
            int y = row % h + down;
            if (y >= 0 && y < h && count > 0) System.arraycopy(from, (row + down) * w + first + right, to, row * w + first, count);
        }
        picture.swap();
    }

    private static void mirror(Picture picture) {
        int w = picture.width();
        byte[] from = picture.pixels();
        byte[] to = picture.spare();
        for (int start = 0; start < from.length; start += w) {
            for (int x = 0; x < w; x++) to[start + x] = from[start + w - 1 - x];
        }
        picture.swap();
    }
}
