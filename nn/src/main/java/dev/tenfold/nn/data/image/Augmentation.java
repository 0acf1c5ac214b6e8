package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Draws;
import java.util.Arrays;

/** A change of an image, random or not. It has no state: all randomness comes from the {@link Draws} it is given. */
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

    /** The usual one for ImageNet: a random resized crop of 8 to 100 % of the area, then {@code horizontalFlip()}. */
    static Augmentation resizedCropAndFlip(int height, int width) {
        return RandomResizedCrop.of(height, width).then(horizontalFlip());
    }

    /** The usual one for evaluation: the shorter side to {@code side}, then the {@code height x width} in the middle. */
    static Augmentation resizeAndCentreCrop(int side, int height, int width) {
        return resizeShorter(side).then(centreCrop(height, width));
    }

    /** This change, then {@code next}. */
    default Augmentation then(Augmentation next) {
        return (picture, draws) -> {
            apply(picture, draws);
            next.apply(picture, draws);
        };
    }

    /** This change with probability {@code p}, otherwise none. */
    default Augmentation withChance(double p) {
        if (!(p >= 0 && p <= 1)) throw new IllegalArgumentException("withChance: " + p + " is not in [0, 1]");
        return (picture, draws) -> {
            if (draws.chance(p)) apply(picture, draws);
        };
    }

    /** Pads by {@code padding} black pixels on every side and cuts a random window of the old size out. */
    static Augmentation randomCrop(int padding) {
        if (padding < 0) throw new IllegalArgumentException("randomCrop: padding " + padding + " must not be negative");
        return (picture, draws) -> {
            int down = draws.below(2 * padding + 1) - padding;
            int right = draws.below(2 * padding + 1) - padding;
            window(picture, down, right, picture.height(), picture.width(), 0);
        };
    }

    /** The {@code height x width} in the middle, with black around it where the image is smaller. */
    static Augmentation centreCrop(int height, int width) {
        requireSize("centreCrop", height, width);
        return (picture, draws) -> window(picture, Math.floorDiv(picture.height() - height, 2), Math.floorDiv(picture.width() - width, 2), height, width, 0);
    }

    /** Pads with pixels of one grey value (0 to 255) to a square with the image in the middle. */
    static Augmentation padToSquare(int grey) {
        if (grey < 0 || grey > 255) throw new IllegalArgumentException("padToSquare: grey " + grey + " is not in 0..255");
        return (picture, draws) -> {
            int side = Math.max(picture.height(), picture.width());
            window(picture, -((side - picture.height()) / 2), -((side - picture.width()) / 2), side, side, grey);
        };
    }

    /** Scales to {@code height x width}, whatever the image's proportions: linear interpolation, averaging where it shrinks. */
    static Augmentation resize(int height, int width) {
        requireSize("resize", height, width);
        return (picture, draws) -> Resampling.crop(picture, 0, 0, picture.height(), picture.width(), height, width);
    }

    /** Scales so that the shorter side becomes {@code side}; the longer one is rounded. */
    static Augmentation resizeShorter(int side) {
        requireSize("resizeShorter", side, side);
        return (picture, draws) -> {
            double scale = (double) side / Math.min(picture.height(), picture.width());
            int height = picture.height() <= picture.width() ? side : (int) Math.round(picture.height() * scale);
            int width = picture.width() <= picture.height() ? side : (int) Math.round(picture.width() * scale);
            Resampling.crop(picture, 0, 0, picture.height(), picture.width(), height, width);
        };
    }

    /** Mirrors left and right with probability one half. */
    static Augmentation horizontalFlip() {
        return (picture, draws) -> {
            if (draws.chance(0.5)) mirror(picture);
        };
    }

    /**
     * Cutout (DeVries and Taylor 2017): a square of {@code side} pixels around a random pixel is replaced; what lies outside of the image is
     * lost, so that less than the square may be hidden.
     *
     * @param fill the pixel that replaces it, per channel; with {@link Normalisation#meanPixel()} it is normalised to (nearly) 0 as in the paper
     */
    static Augmentation cutout(int side, int... fill) {
        requireSize("cutout", side, side);
        return (picture, draws) -> {
            if (fill.length != picture.channels()) throw new IllegalArgumentException("cutout: " + fill.length + " fill values for " + picture.channels() + " channels");
            int top = draws.below(picture.height()) - side / 2;
            int left = draws.below(picture.width()) - side / 2;
            int from = Math.max(left, 0);
            int to = Math.min(left + side, picture.width());
            for (int c = 0; c < fill.length; c++) {
                for (int y = Math.max(top, 0); y < Math.min(top + side, picture.height()); y++) {
                    int row = (c * picture.height() + y) * picture.width();
                    Arrays.fill(picture.pixels(), row + from, row + to, (byte) fill[c]);
                }
            }
        };
    }

    /** Every channel becomes the luminance {@code 0.299 r + 0.587 g + 0.114 b}; a grey image stays as it is. */
    static Augmentation greyscale() {
        return (picture, draws) -> {
            if (picture.channels() == 3) ColourJitter.grey(picture.pixels(), picture.pixels().length / 3);
        };
    }

    private static void requireSize(String who, int height, int width) {
        if (height < 1 || width < 1) throw new IllegalArgumentException(who + ": " + height + " x " + width + "; both must be at least 1");
    }

    /** The {@code height x width} whose first pixel is (down, right) of the picture, {@code fill} where the picture has no pixel. */
    private static void window(Picture picture, int down, int right, int height, int width, int fill) {
        int h = picture.height();
        int w = picture.width();
        byte[] from = picture.pixels();
        byte[] to = picture.spare(height, width);
        Arrays.fill(to, (byte) fill);
        int first = Math.max(0, -right);
        int count = Math.min(width, w - right) - first;
        for (int c = 0; c < picture.channels(); c++) {
            for (int y = Math.max(0, -down); y < Math.min(height, h - down) && count > 0; y++) {
                System.arraycopy(from, (c * h + y + down) * w + first + right, to, (c * height + y) * width + first, count);
            }
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
