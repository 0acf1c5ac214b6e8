package dev.tenfold.nn.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.nn.data.Choice;
import dev.tenfold.nn.data.Draws;
import dev.tenfold.tensor.Generator;
import java.awt.Color;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static Picture picture(int channels, int height, int width, int... pixels) {
        byte[] bytes = new byte[pixels.length];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) pixels[i];
        return new Picture(bytes, channels, height, width);
    }

    private static Picture random(int channels, int height, int width) {
        byte[] pixels = new byte[channels * height * width];
        new Random(3).nextBytes(pixels);
        return new Picture(pixels, channels, height, width);
    }

    private static int[] pixels(Picture picture) {
        int[] wide = new int[picture.pixels().length];
        for (int i = 0; i < wide.length; i++) wide[i] = picture.pixels()[i] & 0xFF;
        return wide;
    }

    private static Draws draws(long number) {
        return new Draws(new Generator(5).fork(number));
    }

    private static int[] after(Augmentation augmentation, Picture picture) {
        augmentation.apply(picture, draws(0));
        return pixels(picture);
    }

    @Test
    void growingInterpolatesBetweenPixelCentres() {
        assertArrayEquals(new int[] {0, 25, 75, 100}, after(Augmentation.resize(1, 4), picture(1, 1, 2, 0, 100)));
        assertArrayEquals(new int[] {0, 25, 75, 100}, after(Augmentation.resize(4, 1), picture(1, 2, 1, 0, 100)));
    }

    @Test
    void shrinkingWeighsEveryPixelOfATriangle() {
        // 4 pixels to 2, centres 1 and 3, reach 2: weights 3, 3, 1 and (cut) of the pixels at 0.5, 1.5, 2.5: (1 - |d| / 2)
        assertArrayEquals(new int[] {Math.round((0.75f * 10 + 0.75f * 20 + 0.25f * 90) / 1.75f), Math.round((0.25f * 20 + 0.75f * 90 + 0.75f * 200) / 1.75f)},
                after(Augmentation.resize(1, 2), picture(1, 1, 4, 10, 20, 90, 200)));
    }

    @Test
    void resizingMatchesTheSumOverAllPixels() {
        int[][] sizes = {{5, 7, 3, 4}, {5, 7, 11, 2}, {8, 8, 8, 8}, {1, 9, 4, 5}};
        for (int[] size : sizes) {
            Picture picture = random(3, size[0], size[1]);
            int[] before = pixels(picture);
            int[] found = after(Augmentation.resize(size[2], size[3]), picture);
            for (int i = 0; i < found.length; i++) {
                int x = i % size[3];
                int y = i / size[3] % size[2];
                int c = i / size[3] / size[2];
                double sum = 0;
                double weights = 0;
                for (int v = 0; v < size[0]; v++) {
                    for (int u = 0; u < size[1]; u++) {
                        double w = triangle(y, v, size[0], size[2]) * triangle(x, u, size[1], size[3]);
                        sum += w * before[(c * size[0] + v) * size[1] + u];
                        weights += w;
                    }
                }
                assertEquals(sum / weights, found[i], 0.501, "pixel " + i + " of " + Arrays.toString(size));
            }
        }
    }

    private static double triangle(int to, int from, int size, int wanted) {
        double scale = (double) size / wanted;
        return Math.max(0, 1 - Math.abs(from + 0.5 - (to + 0.5) * scale) / Math.max(1, scale));
    }

    @Test
    void theShorterSideGetsItsLengthAndTheMiddleIsCut() {
        Picture wide = random(3, 10, 25);
        Augmentation.resizeShorter(4).apply(wide, draws(0));
        assertEquals("4 x 10", wide.height() + " x " + wide.width());
        Picture high = random(1, 25, 10);
        Augmentation.resizeAndCentreCrop(5, 3, 5).apply(high, draws(0));
        assertEquals("3 x 5", high.height() + " x " + high.width());
        assertArrayEquals(new int[] {6, 7}, after(Augmentation.centreCrop(1, 2), picture(1, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)));
        assertArrayEquals(new int[] {0, 0, 0, 0, 8, 0, 0, 0, 0}, after(Augmentation.centreCrop(3, 3), picture(1, 1, 1, 8)));
        assertArrayEquals(new int[] {255, 255, 255, 1, 2, 3, 255, 255, 255}, after(Augmentation.padToSquare(255), picture(1, 1, 3, 1, 2, 3)));
    }

    @Test
    void resizedCropsStayInTheirRanges() {
        RandomResizedCrop crop = new RandomResizedCrop(3, 5, 0.2, 0.6, 0.5, 2);
        TreeSet<String> seen = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            Picture picture = random(3, 16, 20);
            crop.apply(picture, draws(i));
            assertEquals("3 x 5", picture.height() + " x " + picture.width());
            seen.add(Arrays.toString(picture.pixels()));
        }
        assertTrue(seen.size() > 190, "they differ");
        Picture whole = random(3, 16, 16);
        byte[] before = whole.pixels().clone();
        new RandomResizedCrop(16, 16, 1, 1, 1, 1).apply(whole, draws(0));
        assertArrayEquals(before, whole.pixels(), "all of the area in its own size is the image itself");
        // no part with this ratio has that area: the largest in the middle
        assertArrayEquals(new int[] {4, 5}, after(new RandomResizedCrop(1, 2, 1, 1, 2, 2), picture(1, 1, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9)));
        assertThrows(IllegalArgumentException.class, () -> new RandomResizedCrop(3, 3, 0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new RandomResizedCrop(3, 3, 0.5, 1, 2, 1));
    }

    @Test
    void cutoutHidesASquareAroundAnyPixel() {
        int[] hidden = new int[36];
        for (int i = 0; i < 400; i++) {
            Picture picture = random(2, 6, 6);
            int[] before = pixels(picture);
            Augmentation.cutout(3, 7, 9).apply(picture, draws(i));
            int[] now = pixels(picture);
            int changed = 0;
            for (int p = 0; p < 36; p++) {
                boolean in = now[p] == 7 && now[36 + p] == 9;
                if (in) hidden[p]++;
                else assertTrue(now[p] == before[p] && now[36 + p] == before[36 + p]);
                changed += in ? 1 : 0;
            }
            assertTrue(changed == 9 || changed == 6 || changed == 4, "a square of 9, or what of it is inside: " + changed);
        }
        for (int count : hidden) assertTrue(count > 20, Arrays.toString(hidden));
        assertTrue(hidden[0] < hidden[14], "a corner is hidden less often than the middle");
        assertThrows(IllegalArgumentException.class, () -> Augmentation.cutout(3, 7).apply(random(3, 6, 6), draws(0)));
    }

    @Test
    void changesOfColourFollowTheirFormulas() {
        ColourJitter bright = new ColourJitter(0.4, 0, 0, 0);
        ColourJitter contrast = new ColourJitter(0, 0.4, 0, 0);
        ColourJitter saturation = new ColourJitter(0, 0, 0.4, 0);
        for (int i = 0; i < 50; i++) {
            Draws drawn = draws(i);
            double b = drawn.uniform(0.6, 1.4);
            int[] p = apply(bright, i, 200, 100, 40);
            assertEquals(Math.min(255, 200 * b), p[0], 0.51);
            assertEquals(40 * b, p[2], 0.51);
            Draws second = draws(i);
            second.uniform();
            double c = second.uniform(0.6, 1.4);
            double grey = 0.299 * 200 + 0.587 * 100 + 0.114 * 40;
            p = apply(contrast, i, 200, 100, 40);
            assertEquals(Math.clamp(c * 200 + (1 - c) * grey, 0, 255), p[0], 0.51);
            double s = second.uniform(0.6, 1.4);
            p = apply(saturation, i, 200, 100, 40);
            assertEquals(Math.clamp(s * 40 + (1 - s) * grey, 0, 255), p[2], 0.51);
        }
        assertThrows(IllegalArgumentException.class, () -> new ColourJitter(-1, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new ColourJitter(0, 0, 0, 0.6));
    }

    private static int[] apply(Augmentation augmentation, long number, int... pixel) {
        Picture picture = picture(pixel.length, 1, 1, pixel);
        augmentation.apply(picture, draws(number));
        return pixels(picture);
    }

    @Test
    void aTurnedHueKeepsSaturationAndValue() {
        for (int i = 0; i < 100; i++) {
            Draws drawn = draws(i);
            for (int k = 0; k < 3; k++) drawn.uniform();
            double turn = drawn.uniform(-0.5, 0.5);
            int[] pixel = {200, 40, 120};
            float[] hsv = Color.RGBtoHSB(pixel[0], pixel[1], pixel[2], null);
            int rgb = Color.HSBtoRGB((float) (hsv[0] + turn), hsv[1], hsv[2]);
            int[] found = apply(new ColourJitter(0, 0, 0, 0.5), i, pixel);
            assertEquals(rgb >> 16 & 0xFF, found[0], 1);
            assertEquals(rgb >> 8 & 0xFF, found[1], 1);
            assertEquals(rgb & 0xFF, found[2], 1);
        }
        assertArrayEquals(new int[] {90, 90, 90}, apply(new ColourJitter(0, 0, 0.9, 0.5), 1, 90, 90, 90), "grey has no hue");
    }

    @Test
    void greyIsTheLuminanceAndChanceDecides() {
        assertArrayEquals(new int[] {123, 123, 123}, apply(Augmentation.greyscale(), 0, 200, 100, 40));
        int grey = 0;
        for (int i = 0; i < 1000; i++) grey += apply(Augmentation.greyscale().withChance(0.2), i, 200, 100, 40)[0] == 123 ? 1 : 0;
        assertEquals(200, grey, 51);
        assertEquals(9, apply(Augmentation.greyscale(), 0, 9)[0]);
    }

    @Test
    void imagesOfAnotherSizeThanTheBatchAreNamed() {
        ImageSet set = new ImageSet("few", new byte[16], 1, 4, 4, new int[] {0}, 1, List.of());
        ImageExamples examples = new ImageExamples(set, Normalisation.unit(1), Augmentation.none(), 3, 3, new Generator(1));
        String message = assertThrows(IllegalStateException.class, () -> examples.batch(Choice.of(new int[] {0}, 0))).getMessage();
        assertTrue(message.contains("image 0 of few is 4 x 4") && message.contains("3 x 3"), message);
    }
}
