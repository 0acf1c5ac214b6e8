package dev.tenfold.nn.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFileTest {
    private static final byte[] NONE = {};
    private static final Path NAME = Path.of("some.png");

    private static int[] decoded(ImageFile decoder, byte[] file) throws IOException {
        byte[] pixels = decoder.decode(file, NAME).pixels();
        int[] wide = new int[pixels.length];
        for (int i = 0; i < wide.length; i++) wide[i] = pixels[i] & 0xFF;
        return wide;
    }

    private static int[] colour(int width, int height, int depth, int kind, int... samples) throws IOException {
        return decoded(ImageFile.colour(), PngBytes.of(width, height, depth, kind, samples, NONE, NONE));
    }

    private static void fails(byte[] file, String... words) {
        String message = assertThrows(FormatException.class, () -> ImageFile.colour().decode(file, NAME)).getMessage();
        assertTrue(message.contains("some.png"), message);
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void greyOfEveryDepthKeepsItsStoredValues() throws IOException {
        assertArrayEquals(new int[] {0, 255, 255}, decoded(ImageFile.grey(), PngBytes.of(3, 1, 1, 0, new int[] {0, 1, 1}, NONE, NONE)));
        assertArrayEquals(new int[] {0, 85, 170, 255}, decoded(ImageFile.grey(), PngBytes.of(2, 2, 2, 0, new int[] {0, 1, 2, 3}, NONE, NONE)));
        assertArrayEquals(new int[] {17, 119, 238}, decoded(ImageFile.grey(), PngBytes.of(3, 1, 4, 0, new int[] {1, 7, 14}, NONE, NONE)));
        assertArrayEquals(new int[] {3, 100, 250}, decoded(ImageFile.grey(), PngBytes.of(3, 1, 8, 0, new int[] {3, 100, 250}, NONE, NONE)));
        assertArrayEquals(new int[] {0, 1, 128, 255}, decoded(ImageFile.grey(), PngBytes.of(4, 1, 16, 0, new int[] {128, 129, 32896, 65535}, NONE, NONE)));
        assertArrayEquals(new int[] {100, 100, 100}, colour(1, 1, 8, 0, 100), "three equal channels");
    }

    @Test
    void coloursAndPalettes() throws IOException {
        assertArrayEquals(new int[] {10, 40, 20, 50, 30, 60}, colour(2, 1, 8, 2, 10, 20, 30, 40, 50, 60));
        assertArrayEquals(new int[] {1, 2, 255}, colour(1, 1, 16, 2, 257, 514, 65535));
        assertEquals(Math.round(0.299f * 200 + 0.587f * 100 + 0.114f * 40), decoded(ImageFile.grey(), PngBytes.of(1, 1, 8, 2, new int[] {200, 100, 40}, NONE, NONE))[0]);
        byte[] palette = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        for (int depth : new int[] {2, 4, 8}) {
            byte[] file = PngBytes.of(3, 1, depth, 3, new int[] {2, 0, 1}, palette, NONE);
            assertArrayEquals(new int[] {7, 1, 4, 8, 2, 5, 9, 3, 6}, decoded(ImageFile.colour(), file));
        }
    }

    @Test
    void transparentPixelsLieOnTheBackground() throws IOException {
        ImageFile black = new ImageFile(3, 0, 100);
        byte[] file = PngBytes.of(3, 1, 8, 6, new int[] {10, 20, 30, 255, 10, 20, 30, 0, 10, 20, 30, 51}, NONE, NONE);
        assertArrayEquals(new int[] {10, 0, 2, 20, 0, 4, 30, 0, 6}, decoded(black, file));
        assertArrayEquals(new int[] {10, 255, 206, 20, 255, 208, 30, 255, 210}, decoded(ImageFile.colour(), file));
        assertArrayEquals(new int[] {100, 20}, decoded(new ImageFile(1, 0, 100), PngBytes.of(2, 1, 8, 4, new int[] {100, 255, 100, 51}, NONE, NONE)));
        assertArrayEquals(new int[] {1, 255}, decoded(ImageFile.grey(), PngBytes.of(2, 1, 8, 3, new int[] {0, 1}, new byte[] {1, 1, 1, 9, 9, 9}, new byte[] {(byte) 255, 0})));
        assertArrayEquals(new int[] {5, 255, 6, 255, 7, 255}, decoded(ImageFile.colour(), PngBytes.of(2, 1, 8, 2, new int[] {5, 6, 7, 8, 9, 10}, NONE, new byte[] {0, 8, 0, 9, 0, 10})));
    }

    @Test
    void jpegOfEveryKindComesCloseToWhatWasWritten() throws IOException {
        byte[] pixels = new byte[3 * 24 * 40];
        for (int i = 0; i < pixels.length; i++) pixels[i] = (byte) (60 + 40 * (i / 960) + 2 * (i % 40) + i / 40 % 24);
        for (boolean progressive : new boolean[] {false, true}) {
            Picture picture = ImageFile.colour().decode(JpegBytes.of(pixels, 3, 24, 40, progressive), NAME);
            assertEquals("24 x 40", picture.height() + " x " + picture.width());
            for (int i = 0; i < pixels.length; i++) assertEquals(pixels[i] & 0xFF, picture.pixels()[i] & 0xFF, 4, "sample " + i);
            byte[] grey = Arrays.copyOf(pixels, 960);
            picture = ImageFile.grey().decode(JpegBytes.of(grey, 1, 24, 40, progressive), NAME);
            for (int i = 0; i < 960; i++) assertEquals(grey[i] & 0xFF, picture.pixels()[i] & 0xFF, 2, "grey " + i);
        }
    }

    @Test
    void jpegOfInksBecomesRed() throws IOException {
        int[] inks = new int[8 * 8 * 4];
        for (int i = 0; i < 64; i++) { // 200 of red light, a quarter of it taken by black, as Adobe stores it: inverted
            inks[4 * i] = 200;
            inks[4 * i + 1] = 100;
            inks[4 * i + 2] = 0;
            inks[4 * i + 3] = 191;
        }
        assertSolid(JpegBytes.ofFour(inks, 8, 8, 0), 150, 75, 0);
        for (int i = 0; i < inks.length; i++) inks[i] = 255 - inks[i];
        assertSolid(JpegBytes.ofFour(inks, 8, 8, -1), 150, 75, 0);
        for (int i = 0; i < 64; i++) { // the YCbCr of (200, 100, 0)
            inks[4 * i] = 118;
            inks[4 * i + 1] = 61;
            inks[4 * i + 2] = 186;
            inks[4 * i + 3] = 191;
        }
        assertSolid(JpegBytes.ofFour(inks, 8, 8, 2), 150, 75, 0);
    }

    private static void assertSolid(byte[] file, int... rgb) throws IOException {
        int[] pixels = decoded(ImageFile.colour(), file);
        for (int i = 0; i < pixels.length; i++) assertEquals(rgb[i / 64], pixels[i], 2, "sample " + i);
    }

    @Test
    void filesThatAreNoImageOrNotWholeAreToldFromOthers() throws IOException {
        fails(NONE, "empty");
        fails("<html>".getBytes(StandardCharsets.US_ASCII), "neither JPEG nor PNG");
        byte[] png = PngBytes.of(2, 1, 8, 2, new int[] {1, 2, 3, 4, 5, 6}, NONE, NONE);
        for (int length = 8; length < png.length; length++) fails(Arrays.copyOf(png, length), "truncated");
        byte[] jpeg = JpegBytes.of(new byte[3 * 64], 3, 8, 8, false);
        for (int length = 3; length < jpeg.length; length++) fails(Arrays.copyOf(jpeg, length));
        byte[] flipped = png.clone();
        flipped[45] ^= 4;
        fails(flipped, "damaged", "checksum");
    }

    @Test
    void forgedHeadersAllocateNothing() throws IOException {
        fails(PngBytes.file(60_000, 60_000, 8, 2, new byte[9], NONE, NONE), "60000 x 60000 pixels", "are decoded");
        fails(PngBytes.file(5000, 5000, 8, 2, new byte[9], NONE, NONE), "more than a file of this length can hold");
        fails(PngBytes.file(100, 100, 8, 2, new byte[9], NONE, NONE), "cannot be decoded");
        fails(PngBytes.file(0, 5, 8, 2, new byte[9], NONE, NONE), "0 wide");
        fails(PngBytes.file(-1, 5, 8, 2, new byte[9], NONE, NONE), "-1 wide");
        fails(PngBytes.file(1, 1, 3, 2, new byte[9], NONE, NONE), "no colour type 2 with 3 bits");
        byte[] jpeg = JpegBytes.of(new byte[3 * 64], 3, 8, 8, false);
        int frame = 0;
        while (jpeg[frame] != (byte) 0xFF || jpeg[frame + 1] != (byte) 0xC0) frame++;
        for (int i = 5; i < 9; i++) jpeg[frame + i] = 0x7F;
        fails(jpeg, "32639 x 32639 pixels");
        assertThrows(FormatException.class, () -> new ImageFile(3, 0, 5).decode(PngBytes.of(6, 1, 8, 0, new int[6], NONE, NONE), NAME));
    }

    @Test
    void unreadableFilesAreNamed(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("broken.jpg"), new byte[] {1, 2, 3});
        assertTrue(assertThrows(FormatException.class, () -> ImageFile.colour().read(file)).getMessage().contains("broken.jpg"));
        byte[] noise = new byte[300];
        new Random(1).nextBytes(noise);
        int[] samples = new int[300];
        for (int i = 0; i < 300; i++) samples[i] = noise[i] & 0xFF;
        Files.write(file, PngBytes.of(10, 10, 8, 2, samples, NONE, NONE)); // the content tells, not the name
        assertEquals(samples[5], ImageFile.colour().read(file).pixels()[1 + 100 * 2] & 0xFF);
    }
}
