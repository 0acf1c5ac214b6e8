package dev.tenfold.nn.data.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.nn.data.image.CifarBinary;
import dev.tenfold.nn.data.image.DigitsCsv;
import dev.tenfold.nn.data.image.Idx;
import dev.tenfold.nn.data.image.ImageFile;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.image.JpegBytes;
import dev.tenfold.nn.data.image.Picture;
import dev.tenfold.nn.data.image.PngBytes;
import dev.tenfold.nn.data.image.ZipStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ImageFilesFuzzTest {
    private static final int PACKED = 1100; // a byte of deflate can stand for 1032
    private static final byte[] NONE = {};

    @TempDir
    Path folder;

    static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] noise(int count) {
        byte[] bytes = new byte[count];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private static void checkLabels(ImageSet set) {
        assertTrue(set.size() >= 1);
        for (int label : set.labels()) assertTrue(label >= 0 && label < 10);
    }

    @Test
    void idxFiles() throws IOException {
        byte[] images = ByteBuffer.allocate(16 + 24).putInt(2051).putInt(2).putInt(3).putInt(4).put(noise(24)).array();
        byte[] labels = ByteBuffer.allocate(10).putInt(2049).putInt(2).put((byte) 3).array();
        Path otherImages = Files.write(folder.resolve("images-idx3"), images);
        Path otherLabels = Files.write(folder.resolve("labels-idx1"), labels);
        for (boolean packed : new boolean[] {false, true}) {
            long memory = packed ? 3 * PACKED : 20;
            new Fuzz(folder.resolve("x-idx3"), memory).run(packed ? gzip(images) : images, 20, 250, path -> checkLabels(Idx.read("t", path, otherLabels, 10)));
            new Fuzz(folder.resolve("x-idx1"), memory).run(packed ? gzip(labels) : labels, 10, 250, path -> checkLabels(Idx.read("t", otherImages, path, 10)));
        }
    }

    @Test
    void cifarRecords() throws IOException {
        byte[] records = noise(2 * 3073);
        records[0] = 1;
        records[3073] = 9;
        for (boolean packed : new boolean[] {false, true}) {
            new Fuzz(folder.resolve("batch.bin"), packed ? 3 * PACKED : 20).run(packed ? gzip(records) : records, 4000, 250,
                    path -> checkLabels(CifarBinary.read("c", List.of(path), CifarBinary.Labels.ONE, 10)));
        }
        byte[] zeros = gzip(new byte[3073 * 2000]);
        new Fuzz(folder.resolve("zeros.bin"), 5 * PACKED).run(zeros, 20, 10, path -> checkLabels(CifarBinary.read("c", List.of(path), CifarBinary.Labels.ONE, 10)));
    }

    @Test
    void digits() throws IOException {
        byte[] text = (("16,".repeat(64) + "3\n") + ("0,".repeat(64) + "9\n")).getBytes(StandardCharsets.US_ASCII);
        for (boolean packed : new boolean[] {false, true}) {
            new Fuzz(folder.resolve("digits.csv"), packed ? 10 * PACKED : 40).run(packed ? gzip(text) : text, 400, 250, path -> checkLabels(DigitsCsv.read("d", path)));
        }
    }

    private static void decode(Path path) throws IOException {
        Picture picture = ImageFile.colour().read(path);
        assertEquals(3 * picture.height() * picture.width(), picture.pixels().length);
    }

    private static int[] samples(int count, int below) {
        Random random = new Random(4);
        return random.ints(count, 0, below).toArray();
    }

    /** Sets the checksum of every chunk that can be found. */
    private static byte[] pngChecksums(byte[] bytes) {
        CRC32 crc = new CRC32();
        for (int at = 8; at + 12 <= bytes.length; ) {
            int length = ByteBuffer.wrap(bytes).getInt(at);
            if (length < 0 || length > bytes.length - at - 12) break;
            crc.reset();
            crc.update(bytes, at + 4, length + 4);
            ByteBuffer.wrap(bytes).putInt(at + 8 + length, (int) crc.getValue());
            at += length + 12;
        }
        return bytes;
    }

    @Test
    void pngFiles() throws IOException {
        byte[][] files = {PngBytes.of(9, 7, 8, 2, samples(189, 256), NONE, NONE), PngBytes.of(9, 7, 16, 6, samples(252, 65536), NONE, NONE),
                PngBytes.of(9, 7, 4, 3, samples(63, 8), noise(24), noise(5)), PngBytes.of(9, 7, 1, 0, samples(63, 2), NONE, NONE)};
        long memory = 1032 * 8 * 8; // eight one-bit pixels to a byte, each of which becomes three bytes and is a byte or two on the way
        for (byte[] file : files) {
            new Fuzz(folder.resolve("damaged.png"), memory).run(file, 60, 150, ImageFilesFuzzTest::decode);
            new Fuzz(folder.resolve("forged.png"), memory).repairedBy(ImageFilesFuzzTest::pngChecksums).run(file, 60, 300, ImageFilesFuzzTest::decode);
        }
    }

    @Test
    void jpegFiles() throws IOException {
        byte[] pixels = noise(3 * 20 * 30);
        for (boolean progressive : new boolean[] {false, true}) {
            for (int channels = 1; channels <= 3; channels += 2) {
                byte[] file = JpegBytes.of(Arrays.copyOf(pixels, channels * 600), channels, 20, 30, progressive);
                // 512 pixels to a byte at most; the decoder makes up to 50 bytes of garbage for each in narrow images
                new Fuzz(folder.resolve("damaged.jpg"), 512 * 64).run(file, 700, 300, ImageFilesFuzzTest::decode);
            }
        }
    }

    private static byte[] zip(boolean packed, String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : names) {
                byte[] content = PngBytes.of(3, 3, 8, 0, samples(9, 256), NONE, NONE);
                ZipEntry entry = new ZipEntry(name);
                if (!packed) {
                    CRC32 crc = new CRC32();
                    crc.update(content);
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(content.length);
                    entry.setCrc(crc.getValue());
                }
                out.putNextEntry(entry);
                out.write(content);
            }
        }
        return bytes.toByteArray();
    }

    private static void readAll(Path path) throws IOException {
        try (ZipStore store = new ZipStore(path)) {
            for (String name : store.names()) ImageFile.grey().decode(store.bytes(name), store.path(name));
        }
    }

    @Test
    void zipFiles() throws IOException {
        for (boolean packed : new boolean[] {false, true}) {
            byte[] file = zip(packed, "a.png", "b/c.png", "d.png");
            new Fuzz(folder.resolve("images.zip"), 1032 * 8 * 8).run(file, file.length, 500, ImageFilesFuzzTest::readAll);
        }
        Fuzz one = new Fuzz(folder.resolve("images.zip"), 200);
        one.refuses(zip(true, "../a.png"), ImageFilesFuzzTest::readAll);
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bomb)) {
            out.putNextEntry(new ZipEntry("a.png"));
            for (int i = 0; i < 50; i++) out.write(new byte[1 << 20]);
        }
        one.refuses(bomb.toByteArray(), ImageFilesFuzzTest::readAll);
    }
}
