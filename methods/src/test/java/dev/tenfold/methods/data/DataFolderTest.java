package dev.tenfold.methods.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.methods.DataException;
import dev.tenfold.nn.data.image.ImageSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    @TempDir
    Path root;
    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(root.resolve("things"));
    }

    /** Writes a file, packed when its name says so. */
    private void put(String name, byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (name.endsWith(".gz")) {
            try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
                packed.write(bytes);
            }
        } else {
            out.write(bytes);
        }
        Files.write(folder.resolve(name), out.toByteArray());
    }

    private static byte[] images(int count) {
        return ByteBuffer.allocate(16 + 4 * count).putInt(2051).putInt(count).putInt(2).putInt(2).array();
    }

    private static byte[] labels(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + count).putInt(2049).putInt(count);
        for (int i = 0; i < count; i++) bytes.put((byte) (i % 10));
        return bytes.array();
    }

    private static byte[] records(int bytes, int count, int classes) {
        byte[] all = new byte[bytes * count];
        for (int i = 0; i < count; i++) all[i * bytes + bytes - 3073] = (byte) (i % classes);
        return all;
    }

    private static byte[] digits(int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) lines.append("3,".repeat(64)).append(i % 10).append('\n');
        return lines.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private void reads(String description) {
        assertEquals(description, DataFolder.read(folder).describe());
    }

    private void fails(String... words) {
        fails(folder, words);
    }

    private static void fails(Path path, String... words) {
        String message = assertThrows(DataException.class, () -> DataFolder.read(path)).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void theFilesOfMnistAsPublished() throws IOException {
        put("train-images-idx3-ubyte.gz", images(20));
        put("train-labels-idx1-ubyte.gz", labels(20));
        put("t10k-images-idx3-ubyte", images(10));
        put("t10k-labels-idx1-ubyte", labels(10));
        put("train.ids.tsv.gz", new byte[3]);
        put("README.md", new byte[3]);
        reads("things: 20 training and 10 test images [1, 2, 2], 10 classes");
    }

    @Test
    void repackedIdxFilesWithOtherWordsForTest() throws IOException {
        put("train-images.idx3-ubyte", images(20));
        put("train-labels.idx1-ubyte", labels(20));
        put("val-images.idx3-ubyte", images(7));
        put("val-labels.idx1-ubyte", labels(7));
        reads("things: 20 training and 7 test images [1, 2, 2], 10 classes");
    }

    @Test
    void theFilesOfCifar10AsPublished() throws IOException {
        for (int b = 1; b <= 5; b++) put("data_batch_" + b + ".bin", records(3073, 2, 2));
        put("test_batch.bin", records(3073, 3, 3));
        put("batches.meta.txt", new byte[3]);
        reads("things: 10 training and 3 test images [3, 32, 32], 10 classes");
        assertEquals("automobile", DataFolder.read(folder).train().classNames().get(1));
        Files.delete(folder.resolve("data_batch_3.bin"));
        fails("data_batch_3.bin is missing");
    }

    @Test
    void theFilesOfCifar100AsPublished() throws IOException {
        put("train.bin", records(3074, 4, 100));
        put("test.bin", records(3074, 2, 100));
        reads("things: 4 training and 2 test images [3, 32, 32], 100 classes");
    }

    @Test
    void recordsOfOtherSetsHaveTheClassesOfTheirTrainingLabels() throws IOException {
        put("gtsrb_train.bin.gz", records(3073, 43, 43));
        put("gtsrb_test.bin.gz", records(3073, 5, 5));
        put("longtail_ir10.rows.txt", new byte[3]);
        reads("things: 43 training and 5 test images [3, 32, 32], 43 classes");
        put("gtsrb_test.bin.gz", records(3073, 50, 50));
        fails("gtsrb_test.bin.gz", "label 43", "0..42");
    }

    @Test
    void aSingleFileIsSplitTheSameWayEveryTime() throws IOException {
        put("cinic_imagenet_dev.bin.gz", records(3073, 40, 10));
        reads("things: 30 training and 10 test images [3, 32, 32], 10 classes");
        ImageSet test = DataFolder.read(folder).test();
        assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, test.classCounts());
        assertArrayEquals(test.labels(), DataFolder.read(folder).test().labels());
    }

    @Test
    void digitsAloneAndWithTheirTestSet() throws IOException {
        put("optdigits.tra.csv.gz", digits(50));
        reads("things: 40 training and 10 test images [1, 8, 8], 10 classes");
        put("optdigits.tes", digits(20));
        reads("things: 50 training and 20 test images [1, 8, 8], 10 classes");
    }

    @Test
    void ofAFileAndItsPackedTwinOneIsRead() throws IOException {
        put("a_train.bin", records(3073, 4, 4));
        put("a_train.bin.gz", records(3073, 4, 4));
        put("a_test.bin", records(3073, 4, 4));
        reads("things: 4 training and 4 test images [3, 32, 32], 4 classes");
    }

    @Test
    void foldersThatHoldNoDataSet() throws IOException {
        fails(root.resolve("nowhere"), "nowhere does not exist");
        fails("is empty", "train-images-idx3-ubyte", "data_batch_1.bin");
        put("notes.txt", new byte[3]);
        fails(folder.resolve("notes.txt"), "is a file");
        fails("no data set known", "looked for");
        put("cifar-10-binary.tar.gz", new byte[3]);
        fails("archive cifar-10-binary.tar.gz", "unpack");
        Files.createDirectory(folder.resolve("mnist"));
        Files.createDirectory(folder.resolve("cifar10"));
        fails("the folders cifar10, mnist", "name one of them");
    }

    @Test
    void foldersThatHoldTooMuch() throws IOException {
        put("a_train.bin", records(3073, 4, 4));
        put("a_test.bin", records(3073, 4, 4));
        put("b_train.bin", records(3073, 4, 4));
        fails("several files for the train data", "a_train.bin", "b_train.bin");
        put("train-images-idx3-ubyte", images(20));
        fails("several data sets");
    }

    @Test
    void foldersThatHoldTooLittle() throws IOException {
        put("train-images-idx3-ubyte", images(20));
        fails("no test file", "t10k, test or val");
        put("t10k-images-idx3-ubyte", images(20));
        put("t10k-labels-idx1-ubyte", labels(20));
        fails("no file with the train labels");
        put("train-labels-idx1-ubyte", labels(19));
        fails("19 labels for the 20 images", "train-labels-idx1-ubyte");
        Files.delete(folder.resolve("train-images-idx3-ubyte"));
        Files.delete(folder.resolve("train-labels-idx1-ubyte"));
        fails("no training file", "train");
    }

    @Test
    void aFileThatSaysNothingBesideOnesThatDo() throws IOException {
        put("a_train.bin", records(3073, 4, 4));
        put("b.bin", records(3073, 4, 4));
        fails("some say train or test, some do not");
    }

    @Test
    void aSingleFileWithTooFewImagesToSplit() throws IOException {
        put("few.bin", records(3073, 4, 2));
        fails("4 images [3, 32, 32], 2 classes", "no class has enough images");
    }

    @Test
    void damagedFilesAreNamed() throws IOException {
        put("x_train.bin", records(3073, 4, 4));
        Files.write(folder.resolve("x_test.bin.gz"), "not packed".getBytes(StandardCharsets.US_ASCII));
        fails("x_test.bin.gz", "not gzip");
    }
}
