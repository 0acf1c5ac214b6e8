package dev.tenfold.nn.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.data.Choice;
import dev.tenfold.nn.data.Loader;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.FolderStore;
import dev.tenfold.nn.data.image.ImageFile;
import dev.tenfold.nn.data.image.ImageStore;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.nn.data.image.PngBytes;
import dev.tenfold.nn.data.image.StoredImages;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CaptionsTest {
    private static final String TABLE = "file\tlicence\tcaption\na.png\tfree\tA red dog\r\na.png\tfree\ta \"big\" dog\nb\tnone\tnaïve cat, 12\n\na.png\tfree\tdog!\n";

    @TempDir
    Path folder;

    private Path table(String text) throws IOException {
        return Files.write(folder.resolve("captions.tsv"), text.getBytes(StandardCharsets.UTF_8));
    }

    private ImageStore store() throws IOException {
        for (int i = 0; i < 2; i++) {
            int[] samples = new int[36];
            Arrays.fill(samples, 50 + i);
            Files.write(folder.resolve(i == 0 ? "a.png" : "b.png"), PngBytes.of(6, 6, 8, 0, samples, new byte[0], new byte[0]));
        }
        return new FolderStore(folder);
    }

    private static void fails(Executable failing, String... words) {
        String message = assertThrows(FormatException.class, failing).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    @Test
    void imagesHaveSeveralCaptions() throws IOException {
        try (ImageStore store = store()) {
            Captions captions = Captions.of(TextTable.read(table(TABLE)), store);
            assertEquals(List.of("a.png", "b.png"), captions.images());
            assertArrayEquals(new int[] {0, 0, 1, 0}, captions.imageOf());
            assertEquals("a \"big\" dog", captions.texts().get(1), "no quotes in TSV");
            assertEquals(1, Captions.of(TextTable.read(folder.resolve("captions.tsv")).where("licence", "none"), store).texts().size());
            fails(() -> Captions.of(TextTable.read(table(TABLE + "c.png\t\tx\n")), store), "captions.tsv", "line 7", "no image \"c.png\"");
            fails(() -> Captions.of(TextTable.read(table(TABLE + "a.png\t\t \n")), store), "line 7", "blank");
            fails(() -> Captions.of(TextTable.read(table("file\tcaption\n")), store), "no caption");
            fails(() -> Captions.of(TextTable.read(table("file\twords\na.png\tx\n")), store), "no column", "caption", "words");
            fails(() -> TextTable.read(folder.resolve("captions.tsv")).column("size"), "no column \"size\"", "file, words");
        }
    }

    @Test
    void tablesAreStrict() throws IOException {
        fails(() -> TextTable.read(table("a\tb\nx\n")), "line 2", "1 columns where 2 are expected");
        fails(() -> TextTable.read(table("a\tb\nx\ty\tz\n")), "line 2", "3 columns");
        fails(() -> TextTable.read(table("a\ta\n")), "column 2");
        fails(() -> TextTable.read(table("")), "no line");
        Path broken = Files.write(folder.resolve("captions.tsv"), new byte[] {'a', '\n', 'x', (byte) 0xC3, '('});
        fails(() -> TextTable.read(broken), "captions.tsv", "byte 3", "line 2", "0xc3", "no UTF-8");
        fails(() -> TextTable.read(table("a\n" + "x".repeat(1 << 21))), "line 2", "longer than");
        Path csv = folder.resolve("movies.csv");
        Files.writeString(csv, "id,title\n11,\"American President, The (1995)\"\n12,\"say \"\"x\"\"\"\n13,\n");
        assertEquals(List.of("American President, The (1995)", "say \"x\"", ""), TextTable.read(csv).values("title"));
        Files.writeString(csv, "id,title\n11,\"open\n");
        fails(() -> TextTable.read(csv), "line 2", "not closed");
        Files.writeString(csv, "id,title\n11,\"a\"b\n");
        fails(() -> TextTable.read(csv), "line 2", "after its closing quote");
        Files.write(csv, "\uFEFFid,title\n1,é\n".getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("é"), TextTable.read(csv).values("title"), "a byte order mark is skipped");
        assertEquals(List.of("1"), TextTable.read(csv).values("id"));
    }

    @Test
    void pairsAreLoadedWithTokensAndLengths() throws IOException {
        try (ImageStore store = store(); Scope scope = Scope.open()) {
            Captions captions = Captions.of(TextTable.read(table(TABLE)), store);
            WordTokeniser words = WordTokeniser.learn(captions.texts(), 1, 100);
            StoredImages images = new StoredImages("pets", store, captions.images(), new int[2], ImageFile.colour(), Augmentation.none());
            CaptionExamples pairs = new CaptionExamples(captions, images, words, 5, CaptionExamples.Per.CAPTION, Normalisation.unit(3), Augmentation.randomCrop(2), 6, 6, new Generator(1));
            try (Loader<CaptionBatch> loader = new Loader<>(pairs, Batches.inOrder(4, 4), 1)) {
                CaptionBatch batch = loader.next();
                int a = words.encode("a")[0];
                int dog = words.encode("dog")[0];
                assertArrayEquals(new long[] {1, a, words.encode("red")[0], dog, 2}, batch.tokens().select(0, 0).toLongs());
                assertArrayEquals(new long[] {1, a, words.encode("\"")[0], words.encode("big")[0], 2}, batch.tokens().select(0, 1).toLongs(), "cut, with its end");
                assertArrayEquals(new long[] {1, dog, words.encode("!")[0], 2, 0}, batch.tokens().select(0, 3).toLongs());
                assertArrayEquals(new long[] {5, 5, 5, 4}, batch.lengths().toLongs());
                assertArrayEquals(new long[] {0, 0, 1, 0}, batch.shown().toLongs());
                TreeSet<String> crops = new TreeSet<>();
                for (int i : new int[] {0, 1, 3}) crops.add(Arrays.toString(batch.images().select(0, i).toFloats()));
                assertTrue(crops.size() > 1, "captions of one image have their own crops");
            }
            CaptionExamples perImage = new CaptionExamples(captions, images, words, 6, CaptionExamples.Per.IMAGE, Normalisation.unit(3), Augmentation.none(), 6, 6, new Generator(1));
            assertEquals(2, perImage.size());
            TreeSet<String> drawn = new TreeSet<>();
            for (int epoch = 0; epoch < 30; epoch++) {
                CaptionBatch batch = perImage.batch(Choice.of(new int[] {1, 0}, epoch));
                assertArrayEquals(new long[] {1, 0}, batch.shown().toLongs());
                assertEquals((float) (51 / 255.0), (float) batch.images().get(0, 0, 0, 0));
                drawn.add(Arrays.toString(batch.tokens().select(0, 1).toLongs()));
            }
            assertEquals(3, drawn.size(), "each of the image's captions has its turn");
        }
    }
}
