package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Draws;

/**
 * A random part of the image, scaled to {@code height x width} (Szegedy et al. 2015): a share of the area uniform in [minArea, maxArea] and a
 * ratio of width to height whose logarithm is uniform in [log minAspect, log maxAspect], at a random place. After ten parts that do not
 * fit into the image, the largest one in its middle with the nearest allowed ratio.
 *
 * @param minArea   above 0
 * @param maxArea   at most 1
 * @param minAspect above 0
 * @param maxAspect at least {@code minAspect}
 */
public record RandomResizedCrop(int height, int width, double minArea, double maxArea, double minAspect, double maxAspect) implements Augmentation {
    private static final int TRIES = 10;

    /** Checks the ranges. */
    public RandomResizedCrop {
        if (height < 1 || width < 1) throw new IllegalArgumentException("RandomResizedCrop: " + height + " x " + width + "; both must be at least 1");
        if (!(minArea > 0 && minArea <= maxArea && maxArea <= 1)) throw new IllegalArgumentException("RandomResizedCrop: areas from " + minArea + " to " + maxArea + " are not a range in (0, 1]");
        if (!(minAspect > 0 && minAspect <= maxAspect && maxAspect < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("RandomResizedCrop: ratios from " + minAspect + " to " + maxAspect + " are not a range above 0");
        }
    }

    /** 8 to 100 % of the area, ratios 3/4 to 4/3: the usual choice for ImageNet. */
    public static RandomResizedCrop of(int height, int width) {
        return new RandomResizedCrop(height, width, 0.08, 1, 3 / 4.0, 4 / 3.0);
    }

    @Override
    public void apply(Picture picture, Draws draws) {
        int h = picture.height();
        int w = picture.width();
        for (int i = 0; i < TRIES; i++) {
            double area = (double) h * w * draws.uniform(minArea, maxArea);
            double aspect = StrictMath.exp(draws.uniform(StrictMath.log(minAspect), StrictMath.log(maxAspect)));
            int partWidth = (int) Math.round(Math.sqrt(area * aspect));
            int partHeight = (int) Math.round(Math.sqrt(area / aspect));
            if (partWidth >= 1 && partHeight >= 1 && partWidth <= w && partHeight <= h) {
                int top = draws.below(h - partHeight + 1);
                int left = draws.below(w - partWidth + 1);
                Resampling.crop(picture, top, left, partHeight, partWidth, height, width);
                return;
            }
        }
        double aspect = Math.clamp((double) w / h, minAspect, maxAspect);
        int partWidth = Math.clamp(Math.round(h * aspect), 1, w);
        int partHeight = Math.clamp(Math.round(w / aspect), 1, h);
        Resampling.crop(picture, (h - partHeight) / 2, (w - partWidth) / 2, partHeight, partWidth, height, width);
    }
}
