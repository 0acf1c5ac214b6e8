package dev.tenfold.nn.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ReadersTest {
    @TempDir
    Path folder;

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    /** An IDX file: magic, sizes, content. */
    private static byte[] idx(int magic, int[] sizes, int... content) {
        ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + content.length).putInt(magic);
        for (int size : sizes) bytes.putInt(size);
        for (int value : content) bytes.put((byte) value);
        return bytes.array();
    }

    private static final byte[] IMAGES = idx(2051, new int[] {2, 2, 3}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255);
    private static final byte[] LABELS = idx(2049, new int[] {2}, 9, 0);

    /** Records with labels and pixels that count up. */
    private static byte[] cifar(int... labels) {
        byte[] bytes = new byte[labels.length * 3073];
        for (int r = 0; r < labels.length; r++) {
            for (int i = 0; i < 3073; i++) bytes[r * 3073 + i] = (byte) (r + i);
            bytes[r * 3073] = (byte) labels[r];
        }
        return bytes;
    }

    private static void fails(Executable read, String... words) {
        String message = assertThrows(FormatException.class, read).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void idxFilesAreReadPackedOrNot() throws IOException {
        for (boolean packed : new boolean[] {false, true}) {
            Path images = file("images", packed ? gzip(IMAGES) : IMAGES);
            Path labels = file("labels", packed ? gzip(LABELS) : LABELS);
            ImageSet set = Idx.read("tiny", images, labels, 10);
            assertEquals("tiny: 2 images [1, 2, 3], 10 classes", set.toString());
            assertArrayEquals(new int[] {9, 0}, set.labels());
            assertEquals(5, set.pixel(0, 0, 1, 2));
            assertEquals(255, set.pixel(1, 0, 1, 2));
        }
    }

    @Test
    void idxErrorsNameFileOffsetAndReason() throws IOException {
        Path images = file("images.idx", IMAGES);
        Path labels = file("labels.idx", LABELS);
        fails(() -> Idx.read("t", labels, labels, 10), "labels.idx", "byte 0", "2051", "2049", "these are labels");
        fails(() -> Idx.read("t", images, file("three", idx(2049, new int[] {3}, 1, 2, 3)), 10), "3 labels", "2 images", "do not belong together");
        fails(() -> Idx.read("t", images, file("big", idx(2049, new int[] {2}, 1, 10)), 10), "byte 9", "label 10", "image 1", "0..9");
        fails(() -> Idx.read("t", file("cut", Arrays.copyOf(IMAGES, 20)), labels, 10), "truncated", "2 images of 2 x 3");
        fails(() -> Idx.read("t", file("long", Arrays.copyOf(IMAGES, 29)), labels, 10), "byte 28", "bytes are left");
        fails(() -> Idx.read("t", file("head", Arrays.copyOf(IMAGES, 6)), labels, 10), "truncated", "number of images");
        fails(() -> Idx.read("t", file("page", "<!DOCTYPE html>\n<html>".getBytes(StandardCharsets.US_ASCII)), labels, 10), "text file", "<!DOCTYPE");
        fails(() -> Idx.read("t", file("page.gz", "<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII)), labels, 10), "not gzip", "text file");
        fails(() -> Idx.read("t", file("empty", new byte[0]), labels, 10), "truncated");
        fails(() -> Idx.read("t", file("none", idx(2051, new int[] {0, 2, 3})), labels, 10), "0 images");
    }

    @Test
    void aHeaderThatPromisesTooMuchAllocatesNothing() throws IOException {
        Path labels = file("labels", LABELS);
        byte[] huge = idx(2051, new int[] {1 << 30, 1 << 15, 1 << 15});
        fails(() -> Idx.read("t", file("huge", huge), labels, 10), "more than a file of this length can hold");
        fails(() -> Idx.read("t", file("huge.gz", gzip(huge)), labels, 10), "more than a file of this length can hold");
        fails(() -> Idx.read("t", labels, file("manyLabels", idx(2049, new int[] {Integer.MAX_VALUE}, 1)), 10), "cannot hold");
    }

    @Test
    void damagedGzipIsAnErrorOfTheFormat() throws IOException {
        byte[] packed = gzip(IMAGES);
        Path labels = file("labels", LABELS);
        fails(() -> Idx.read("t", file("cut.gz", Arrays.copyOf(packed, packed.length - 10)), labels, 10), "truncated");
        byte[] altered = packed.clone();
        altered[packed.length - 6] ^= 1; // the checksum
        fails(() -> Idx.read("t", file("altered.gz", altered), labels, 10), "gzip stream is damaged");
        fails(() -> Idx.read("t", file("stub.gz", Arrays.copyOf(packed, 5)), labels, 10), "gzip header is broken");
    }

    @Test
    void cifarRecordsOfSeveralFilesFollowEachOther() throws IOException {
        ImageSet set = CifarBinary.read("c", List.of(file("a.bin", cifar(3, 9)), file("b.bin.gz", gzip(cifar(0)))), CifarBinary.Labels.ONE, 10);
        assertEquals("c: 3 images [3, 32, 32], 10 classes", set.toString());
        assertArrayEquals(new int[] {3, 9, 0}, set.labels());
        assertEquals(1, set.pixel(0, 0, 0, 0));
        assertEquals((1 + 1 + 2 * 1024 + 32 * 5 + 7) & 0xFF, set.pixel(1, 2, 5, 7));
        assertEquals(10, CifarBinary.read("c", List.of(file("a.bin", cifar(3, 9))), CifarBinary.Labels.ONE, 0).classes());
    }

    @Test
    void cifarFilesOfManyRecordsAreReadWhole() throws IOException {
        int[] labels = new int[150];
        for (int i = 0; i < labels.length; i++) labels[i] = i % 10;
        for (boolean packed : new boolean[] {false, true}) {
            ImageSet set = CifarBinary.read("c", List.of(file("many", packed ? gzip(cifar(labels)) : cifar(labels))), CifarBinary.Labels.ONE, 10);
            assertArrayEquals(labels, set.labels());
            assertEquals((149 + 3072) & 0xFF, set.pixel(149, 2, 31, 31));
        }
    }

    @Test
    void cifar100TakesTheFineLabel() throws IOException {
        byte[] record = new byte[3074];
        record[0] = 19;
        record[1] = 99;
        record[2] = 7;
        ImageSet set = CifarBinary.read("c", List.of(file("train.bin", record)), CifarBinary.Labels.COARSE_FINE, 100);
        assertEquals(99, set.label(0));
        assertEquals(7, set.pixel(0, 0, 0, 0));
        record[0] = 20;
        fails(() -> CifarBinary.read("c", List.of(file("train.bin", record)), CifarBinary.Labels.COARSE_FINE, 100), "coarse label 20");
    }

    @Test
    void cifarErrorsNameFileOffsetAndReason() throws IOException {
        fails(() -> cifarOf("cut.bin", Arrays.copyOf(cifar(1, 2), 4000)), "cut.bin", "byte 4000", "1 records of 3073 bytes and 927 bytes more");
        fails(() -> cifarOf("label.bin", cifar(1, 10)), "byte 3073", "label 10 of record 1");
        fails(() -> cifarOf("empty.bin", new byte[0]), "empty");
        fails(() -> cifarOf("text.bin", "404: Not Found".getBytes(StandardCharsets.US_ASCII)), "text file", "404: Not Found");
        fails(() -> cifarOf("cut.bin.gz", Arrays.copyOf(gzip(cifar(1, 2)), 300)), "truncated");
    }

    private ImageSet cifarOf(String name, byte[] bytes) throws IOException {
        return CifarBinary.read("c", List.of(file(name, bytes)), CifarBinary.Labels.ONE, 10);
    }

    private static String digitLine(int pixel, int digit) {
        return (pixel + ",").repeat(64) + digit;
    }

    @Test
    void digitsAreReadWithOrWithoutALastNewline() throws IOException {
        for (String end : new String[] {"", "\n", "\r\n\n"}) {
            ImageSet set = digits(digitLine(0, 3) + "\n" + digitLine(16, 9) + "\r\n" + digitLine(8, 0) + end);
            assertEquals("d: 3 images [1, 8, 8], 10 classes", set.toString());
            assertArrayEquals(new int[] {3, 9, 0}, set.labels());
            assertEquals(255, set.pixel(1, 0, 7, 7));
            assertEquals(128, set.pixel(2, 0, 0, 0));
        }
    }

    private ImageSet digits(String text) throws IOException {
        return DigitsCsv.read("d", file("digits.csv", text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void digitErrorsNameTheLine() {
        String good = digitLine(1, 1) + "\n";
        fails(() -> digits(good + digitLine(17, 1)), "byte 131", "line 2", "above 16 in field 1");
        fails(() -> digits(good + digitLine(1, 10)), "line 2", "10 for the digit");
        fails(() -> digits(good + "1,2,3\n"), "line 2", "3 fields");
        fails(() -> digits(digitLine(1, 1) + ",4\n"), "more than 65 fields");
        fails(() -> digits(",,3"), "line 1", "field 1 is empty");
        fails(() -> digits("label,pixel"), "\"l\" in field 1");
        fails(() -> digits("é"), "no ASCII");
        fails(() -> digits("1".repeat(2000)), "longer than 1024");
        fails(() -> digits("\n\n"), "has no line");
    }
}
