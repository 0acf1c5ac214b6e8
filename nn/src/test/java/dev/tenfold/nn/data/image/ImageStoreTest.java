package dev.tenfold.nn.data.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.data.Loader;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
    @TempDir
    Path folder;

    private static byte[] png(int width, int height, int grey) {
        int[] samples = new int[width * height];
        Arrays.fill(samples, grey);
        return PngBytes.of(width, height, 8, 0, samples, new byte[0], new byte[0]);
    }

    private void put(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private Path zip(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(png(4, 4, name.length()));
            }
        }
        return Files.write(folder.resolve("images.zip"), bytes.toByteArray());
    }

    private static String message(Executable failing) {
        return assertThrows(IOException.class, failing).getMessage();
    }

    @Test
    void aFolderOfClassesInTheOrderOfTheirNames() throws IOException {
        put("train/cat/2.png", png(4, 4, 2));
        put("train/cat/10.PNG", png(4, 4, 10));
        put("train/ant/deep/1.png", png(4, 4, 1));
        put("train/ant/notes.txt", new byte[1]);
        put("train/.hidden/3.png", new byte[1]);
        put("train/lone.png", png(4, 4, 9));
        put("test/cat/7.png", png(4, 4, 7));
        try (ImageStore store = new FolderStore(folder)) {
            ImageFolder train = ImageFolder.of(store, "train", List.of());
            assertEquals(List.of("ant", "cat"), train.classes());
            assertEquals(List.of("train/ant/deep/1.png", "train/cat/10.PNG", "train/cat/2.png"), train.files());
            assertArrayEquals(new int[] {0, 1, 1}, train.labels());
            ImageFolder test = ImageFolder.of(store, "test", train.classes());
            assertArrayEquals(new int[] {1}, test.labels());
            ImageSet set = new StoredImages("pets", store, train.files(), train.labels(), ImageFile.grey(), Augmentation.none()).decoded(2, train.classes());
            assertEquals("pets: 3 images [1, 4, 4], 2 classes", set.toString());
            assertEquals(10, set.pixel(1, 0, 3, 3));
            assertTrue(message(() -> ImageFolder.of(store, "test", List.of("dog"))).contains("cat is no class"));
            assertTrue(message(() -> ImageFolder.of(store, "val", List.of())).contains("val has no folders"));
            assertTrue(message(() -> store.bytes("../x.png")).contains("outside"));
            assertTrue(message(() -> store.bytes("x.png")).contains("no file x.png"));
        }
    }

    @Test
    void imagesOfSeveralSizesAreScaledOrNamed() throws IOException {
        put("a/1.png", png(8, 4, 100));
        put("a/2.png", png(5, 9, 50));
        try (ImageStore store = new FolderStore(folder)) {
            ImageFolder all = ImageFolder.of(store, "", List.of());
            StoredImages asTheyAre = new StoredImages("s", store, all.files(), all.labels(), ImageFile.colour(), Augmentation.none());
            assertTrue(message(() -> asTheyAre.decoded(1, List.of())).contains("2.png"));
            StoredImages scaled = new StoredImages("s", store, all.files(), all.labels(), ImageFile.colour(), Augmentation.resizeAndCentreCrop(6, 6, 5));
            ImageSet set = scaled.decoded(1, List.of());
            assertEquals("s: 2 images [3, 6, 5], 1 classes", set.toString());
            assertEquals(50, set.pixel(1, 2, 5, 4));
            ImageExamples lazily = new ImageExamples(scaled, Normalisation.unit(3), Augmentation.none(), 6, 5, new Generator(1));
            try (Scope scope = Scope.open(); Loader<ImageBatch> loader = new Loader<>(lazily, Batches.inOrder(2, 2), 1)) {
                assertEquals((float) (100 / 255.0), (float) loader.next().images().get(0, 1, 2, 3));
            }
            put("a/1.png", new byte[5]);
            try (Loader<ImageBatch> loader = new Loader<>(lazily, Batches.inOrder(2, 2), 1)) {
                assertTrue(assertThrows(IllegalStateException.class, loader::next).getMessage().contains("1.png"));
            }
        }
    }

    @Test
    void aZipFileIsAStoreToo() throws IOException {
        try (ImageStore store = new ZipStore(zip("b/2.png", "a/1.png", "readme.txt"))) {
            assertEquals(List.of("a/1.png", "b/2.png"), store.names());
            assertEquals(7, ImageFile.grey().decode(store.bytes("b/2.png"), store.path("b/2.png")).pixels()[0]);
            String message = message(() -> store.bytes("c.png"));
            assertTrue(message.contains("images.zip") && message.contains("no file c.png"), message);
        }
    }

    @Test
    void zipFilesThatLeadOutOrHoldNamesTwiceAreRefused() throws IOException {
        for (String name : new String[] {"../x.png", "a/../../x.png", "/etc/x.png", "a\\x.png"}) {
            Path zip = zip("good.png", name);
            assertTrue(message(() -> new ZipStore(zip)).contains("leads out of it"), name);
        }
        Path twice = zip("aa.png", "ab.png");
        String bytes = new String(Files.readAllBytes(twice), StandardCharsets.ISO_8859_1).replace("ab.png", "aa.png");
        Files.write(twice, bytes.getBytes(StandardCharsets.ISO_8859_1));
        String message = message(() -> new ZipStore(twice));
        assertTrue(message.contains("images.zip") && message.contains("two files named \"aa.png\""), message);
        assertTrue(message(() -> new ZipStore(Files.write(folder.resolve("no.zip"), new byte[30]))).contains("no whole zip file"));
    }

    @Test
    void anEntryThatIsNotWhatTheDirectorySaysIsDamaged() throws IOException {
        Path zip = zip("a.png");
        byte[] bytes = Files.readAllBytes(zip);
        int directory = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        byte[] changed = bytes.clone();
        changed[directory + 16] ^= 1; // the checksum
        Files.write(zip, changed);
        try (ImageStore store = new ZipStore(zip)) {
            assertTrue(message(() -> store.bytes("a.png")).contains("checksum"));
        }
        for (byte size : new byte[] {1, 127}) {
            changed = bytes.clone();
            changed[directory + 24] = size; // the length
            Files.write(zip, changed);
            try (ImageStore store = new ZipStore(zip)) {
                String message = message(() -> store.bytes("a.png"));
                assertTrue(message.contains("its directory says") || message.contains("that its directory says"), message);
            }
        }
        changed = bytes.clone();
        changed[directory + 27] = 127;
        Files.write(zip, changed);
        try (ImageStore store = new ZipStore(zip)) {
            assertTrue(message(() -> store.bytes("a.png")).contains("which no image does") || message(() -> store.bytes("a.png")).contains("more than the"));
        }
    }
}
