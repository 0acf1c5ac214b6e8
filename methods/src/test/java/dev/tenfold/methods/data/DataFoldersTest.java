package dev.tenfold.methods.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.methods.DataException;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.table.CtrEncoding.Options;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images by class, of captions and of tables. */
class DataFoldersTest {
    @TempDir
    Path folder;

    private void put(String name, byte[] bytes) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private void put(String name, String text) throws IOException {
        put(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] png(int width, int height, int rgb) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) image.setRGB(i % width, i / width, rgb);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static void fails(Executable failing, String... words) {
        String message = assertThrows(DataException.class, failing).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void imagesInFoldersByPartAndClass() throws IOException {
        put("train/dog/1.png", png(5, 4, 0x102030));
        put("train/cat/1.png", png(5, 4, 0xFF0000));
        put("train/cat/2.png", png(5, 4, 0));
        put("val/dog/3.png", png(5, 4, 0x0000FF));
        ImageSet.Split split = DataFolder.read(folder);
        assertEquals("[3, 4, 5]", "[" + split.train().channels() + ", " + split.train().height() + ", " + split.train().width() + "]");
        assertEquals(List.of("cat", "dog"), split.train().classNames());
        assertArrayEquals(new int[] {0, 0, 1}, split.train().labels());
        assertArrayEquals(new int[] {1}, split.test().labels());
        assertEquals(0x20, split.train().pixel(2, 1, 0, 0));
        put("val/cow/3.png", png(5, 4, 0));
        fails(() -> DataFolder.read(folder), "cow is no class");
    }

    @Test
    void imagesInZipFilesOfFoldersByClass() throws IOException {
        put("pets_train.zip", zip("train/dog/1.png", "train/cat/1.png", "train/cat/2.png"));
        put("pets_test.zip", zip("dog/3.png", "cat/4.png"));
        ImageSet.Split split = DataFolder.read(folder);
        assertArrayEquals(new int[] {0, 0, 1}, split.train().labels());
        assertArrayEquals(new int[] {0, 1}, split.test().labels());
        put("pets_test.zip", "no archive");
        fails(() -> DataFolder.read(folder), "pets_test.zip", "no whole zip file");
    }

    @Test
    void imagesOfOnePartOrNone() throws IOException {
        for (int i = 0; i < 10; i++) put((i % 2 == 0 ? "dog/" : "cat/") + i + ".png", png(6, 4 + i % 2, i));
        fails(() -> DataFolder.read(folder), "one size");
        ImageSet.Split split = DataFolder.read(folder, Augmentation.resizeAndCentreCrop(4, 4, 4));
        assertEquals(8, split.train().size());
        assertArrayEquals(new int[] {1, 1}, split.test().classCounts());
        put("dog/2.png", "no image");
        fails(() -> DataFolder.read(folder, Augmentation.resize(4, 4)), "2.png", "neither JPEG nor PNG");
        Files.createDirectory(folder.resolve("train"));
        put("train/dog/1.png", png(5, 4, 0));
        fails(() -> DataFolder.read(folder), "none named test or val");
    }

    private static byte[] zip(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(png(4, 4, 0));
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void captionsWithZipFilesFoldersOrImagesBeside() throws IOException {
        put("captions_train.tsv", "id\tcaption\n1\tred dog\n2\tcat\n1\tdog\n");
        put("images_train.zip", zip("1.jpg", "2.png"));
        put("captions_val.tsv", "file\ttitle\nx.png\tbird\n");
        put("images_val/x.png", png(2, 2, 0));
        try (CaptionFolder captions = CaptionFolder.read(folder)) {
            assertEquals(List.of("1.jpg", "2.png"), captions.train().captions().images());
            assertArrayEquals(new int[] {0, 1, 0}, captions.train().captions().imageOf());
            assertEquals(List.of("bird"), captions.test().captions().texts());
        }
        put("captions_val.tsv", "file\ttitle\ny.png\tbird\n");
        fails(() -> CaptionFolder.read(folder), "captions_val.tsv", "line 2", "no image \"y.png\"");
        Files.delete(folder.resolve("captions_val.tsv"));
        fails(() -> CaptionFolder.read(folder), "captions_test.tsv");
    }

    @Test
    void aSingleTableOfCaptionsIsSplitByImages() throws IOException {
        StringBuilder text = new StringBuilder("file\tcaption\n");
        for (int i = 0; i < 20; i++) text.append(i / 2).append(".png\tcaption ").append(i).append('\n');
        put("captions_dev.tsv", text.toString());
        for (int i = 0; i < 10; i++) put("images/" + i + ".png", png(2, 2, 0));
        try (CaptionFolder captions = CaptionFolder.read(folder)) {
            assertEquals(2, captions.test().captions().images().size());
            assertEquals(4, captions.test().captions().texts().size(), "both captions of an image are in one part");
            assertEquals(16, captions.train().captions().texts().size());
        }
        put("captions_dev.tsv", "file\tcaption\n1.png\tone\n");
        fails(() -> CaptionFolder.read(folder), "only 1 images");
    }

    @Test
    void tablesOfClicks() throws IOException {
        String header = "label\tuser\titem\n";
        put("x_train.tsv", header + "1\ta\tb\n0\ta\tc\n");
        put("x_test.tsv", header + "1\ta\td\n");
        put("x_train.ids.tsv", "something else");
        CtrFolder tables = CtrFolder.read(folder, Options.vocabulary(1));
        assertEquals(2, tables.train().size());
        assertEquals(tables.encoding().offset(1), tables.test().feature(0, 1), "unseen in training");
        put("x_test.tsv", header + "1\ta\n");
        fails(() -> CtrFolder.read(folder, Options.hashing(5)), "x_test.tsv", "line 2", "2 columns where 3");
        put("y_test.tsv", header);
        fails(() -> CtrFolder.read(folder, Options.hashing(5)), "x_test.tsv", "y_test.tsv", "both");
        for (String name : new String[] {"x_test.tsv", "y_test.tsv"}) Files.delete(folder.resolve(name));
        fails(() -> CtrFolder.read(folder, Options.hashing(5)), "no table of clicks");
    }

    @Test
    void aSingleTableIsSplitTheSameWayEveryTime() throws IOException {
        StringBuilder text = new StringBuilder("click,ad\n");
        for (int i = 0; i < 50; i++) text.append(i % 2).append(",ad").append(i).append('\n');
        put("clicks.csv", text.toString());
        CtrFolder tables = CtrFolder.read(folder, Options.vocabulary(1));
        assertEquals("40 10", tables.train().size() + " " + tables.test().size());
        CtrFolder again = CtrFolder.read(folder, Options.vocabulary(1));
        int[] ads = new int[10];
        int[] same = new int[10];
        for (int i = 0; i < 10; i++) {
            ads[i] = tables.test().feature(i, 0);
            same[i] = again.test().feature(i, 0);
        }
        assertArrayEquals(ads, same);
        assertEquals(10, Arrays.stream(ads).distinct().count());
        fails(() -> CtrFolder.read(folder.resolve("nowhere"), Options.vocabulary(1)), "nowhere does not exist");
    }
}
