package dev.tenfold.nn.data.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.data.Loader;
import dev.tenfold.nn.data.table.CtrEncoding.Options;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CtrTest {
    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static void fails(Executable failing, String... words) {
        String message = assertThrows(FormatException.class, failing).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final String ROWS = "label\tI1\tcolour\n1\t3\tred\n0\t\tblue\n0\t-1\tred\n1\t100\t\n1\t2\tgreen\n";

    @Test
    void textsAreNumberedByFrequencyAndNumbersBinned() throws IOException {
        Path file = file("a.tsv", ROWS);
        CtrEncoding encoding = CtrEncoding.learn(CtrFormat.of(file), Options.vocabulary(1), List.of(file));
        assertEquals(2, encoding.fields());
        assertEquals(List.of("I1", "colour"), encoding.format().fields());
        assertEquals(5, encoding.size(1), "unknown, red, nothing, blue, green");
        assertEquals(encoding.size(0) + 5, encoding.features());
        CtrTable table = CtrTable.read(encoding, List.of(file, file));
        assertEquals(10, table.size());
        assertEquals(0.6, table.positives());
        int o = encoding.offset(1);
        int[][] expected = {{5, o + 1}, {0, o + 3}, {1, o + 1}, {4 + 21, o + 2}, {4, o + 4}};
        for (int row = 0; row < 10; row++) for (int f = 0; f < 2; f++) assertEquals(expected[row % 5][f], table.feature(row, f), "row " + row + " field " + f);
        CtrEncoding frequent = CtrEncoding.learn(CtrFormat.of(file), Options.vocabulary(2), List.of(file));
        assertEquals(2, frequent.size(1));
        assertEquals(frequent.offset(1), CtrTable.read(frequent, List.of(file)).feature(1, 1), "a rare text is unknown");
        assertEquals(frequent.offset(1), CtrTable.read(frequent, List.of(file("b.tsv", "label\tI1\tcolour\n0\t1\tviolet\n"))).feature(0, 1), "an unseen one, too");
    }

    @Test
    void logarithmicBinsGrowWithTheSquareOfTheLogarithm() {
        Binning bins = Binning.logarithmic();
        double[] values = {Double.NaN, -3, 0, 0.9, 1, 2, Math.E, 3, 5, 10, 1e6, 1e300};
        int[] expected = {0, 1, 2, 2, 3, 4, 5, 5, 6, 9, 194, 516};
        for (int i = 0; i < values.length; i++) assertEquals(expected[i], bins.ofNumber(values[i]), "bin of " + values[i]);
        assertEquals(517, bins.size());
    }

    @Test
    void quantilesHaveEquallyManyNumbers() {
        double[] values = new Random(1).doubles(1000).toArray();
        Binning bins = Binning.quantiles(values.clone(), 10);
        assertEquals(11, bins.size());
        int[] counts = new int[11];
        for (double value : values) counts[bins.ofNumber(value)]++;
        for (int b = 1; b <= 10; b++) assertEquals(100, counts[b]);
        assertEquals(1, bins.ofNumber(-5));
        assertEquals(10, bins.ofNumber(5));
        assertEquals(0, bins.ofNumber(Double.NaN));
        Binning few = Binning.quantiles(new double[] {1, 1, 1, 1, 1, 1, 1, 2}, 4);
        assertEquals(2, few.size(), "equal numbers share a bin");
        assertEquals(2, Binning.quantiles(new double[0], 4).size());
    }

    @Test
    void theHashIsTheStatedOne() {
        // FNV-1a of "foobar" is published as 0x85944171f73967e8
        long fnv = 0x85944171F73967E8L;
        long h = (fnv ^ fnv >>> 33) * 0xFF51AFD7ED558CCDL;
        h = (h ^ h >>> 33) * 0xC4CEB9FE1A85EC53L;
        assertEquals(h ^ h >>> 33, Hashing.hash(utf8("foobar"), 0, 6));
        int[] counts = new int[50];
        for (int i = 0; i < 5000; i++) counts[new Hashing(3, 50).ofText(utf8("v" + i), 0, ("v" + i).length())]++;
        for (int count : counts) assertEquals(100, count, 45);
        int same = 0;
        for (int i = 0; i < 100; i++) same += new Hashing(1, 50).ofText(utf8("v" + i), 0, 2) == new Hashing(2, 50).ofText(utf8("v" + i), 0, 2) ? 1 : 0;
        assertTrue(same < 12, "fields hash differently");
    }

    @Test
    void vocabulariesMatchAMapOfTexts() {
        Random random = new Random(2);
        Map<String, Integer> counts = new HashMap<>();
        Vocabulary vocabulary = new Vocabulary();
        for (int i = 0; i < 20_000; i++) {
            String text = "x" + Math.round(Math.abs(random.nextGaussian()) * 400);
            counts.merge(text, 1, Integer::sum);
            byte[] bytes = utf8("--" + text);
            vocabulary.count(bytes, 2, bytes.length);
        }
        vocabulary.finish(5);
        List<String> expected = counts.entrySet().stream().filter(e -> e.getValue() >= 5)
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey())).map(Map.Entry::getKey).toList();
        assertEquals(expected.size() + 1, vocabulary.size());
        for (int i = 0; i < expected.size(); i++) assertEquals(i + 1, vocabulary.of(expected.get(i)));
        assertEquals(0, vocabulary.of("never"));
        assertEquals(0, vocabulary.of(""));
    }

    private static String criteo(int rows) {
        Random random = new Random(3);
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < rows; r++) {
            text.append(r % 4 == 0 ? 1 : 0);
            for (int i = 0; i < 13; i++) text.append('\t').append(random.nextInt(5) == 0 ? "" : "" + (random.nextInt(200) - 2));
            for (int i = 0; i < 26; i++) text.append('\t').append(random.nextInt(9) == 0 ? "" : String.format("%08x", random.nextInt(6) * 0x1234567));
            text.append('\n');
        }
        return text.toString();
    }

    @Test
    void filesLargerThanMemoryAreReadInParts() throws IOException {
        Path file = folder.resolve("train.tsv.gz");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(criteo(1000).getBytes(StandardCharsets.US_ASCII));
        }
        Files.write(file, packed.toByteArray());
        CtrFormat format = CtrFormat.of(file);
        assertEquals(CtrFormat.criteo(false), format);
        for (Options options : new Options[] {Options.vocabulary(1), Options.hashing(1000), Options.hashing(7).quantiles(6)}) {
            CtrEncoding encoding = CtrEncoding.learn(format, options, List.of(file));
            CtrTable whole = CtrTable.read(encoding, List.of(file));
            assertEquals(1000, whole.size());
            int row = 0;
            try (CtrReader reader = new CtrReader(file, encoding)) {
                for (CtrTable part; (part = reader.next(333)) != null; ) {
                    assertTrue(part.size() == 333 || part.size() == 1);
                    for (int r = 0; r < part.size(); r++, row++) {
                        assertEquals(whole.label(row), part.label(r));
                        for (int f = 0; f < 39; f++) {
                            assertEquals(whole.feature(row, f), part.feature(r, f));
                            assertTrue(part.feature(r, f) >= encoding.offset(f) && part.feature(r, f) < encoding.offset(f + 1));
                        }
                    }
                }
                assertNull(reader.next(1));
            }
            assertEquals(1000, row);
        }
    }

    @Test
    void ratingsBecomeClicksWithTheirTime() throws IOException {
        Path file = file("ratings.csv", "userId,movieId,rating,timestamp\n7,9,4.0,0\n7,8,3.5,964981247\n");
        assertEquals(CtrFormat.movieLens(), CtrFormat.of(file));
        CtrEncoding encoding = CtrEncoding.learn(CtrFormat.movieLens(), Options.vocabulary(1), List.of(file));
        assertEquals(List.of("userId", "movieId", "timestamp hour", "timestamp weekday"), encoding.format().fields());
        CtrTable table = CtrTable.read(encoding, List.of(file));
        assertEquals("1 0", table.label(0) + " " + table.label(1));
        assertEquals(0, table.feature(0, 2) - encoding.offset(2));
        assertEquals(3, table.feature(0, 3) - encoding.offset(3), "Thursday");
        assertEquals(18, table.feature(1, 2) - encoding.offset(2), "30 July 2000, 18:20:47");
        assertEquals(6, table.feature(1, 3) - encoding.offset(3), "Sunday");
    }

    @Test
    void featureNumbersWithOnes() throws IOException {
        Path file = file("train.libfm", "1 17:1 900:1\n-1 17:1.0 33:1 \n");
        CtrFormat format = CtrFormat.of(file);
        assertEquals(CtrFormat.libFm(2), format);
        CtrEncoding encoding = CtrEncoding.learn(format, Options.vocabulary(1), List.of(file));
        CtrTable table = CtrTable.read(encoding, List.of(file));
        assertEquals("1 0", table.label(0) + " " + table.label(1));
        assertEquals(table.feature(0, 0), table.feature(1, 0));
        assertNotEquals(table.feature(0, 1), table.feature(1, 1));
        fails(() -> CtrTable.read(encoding, List.of(file("bad.libfm", "1 17:2 900:1\n"))), "column 2", "\"17:2\"", "with :1 behind it");
    }

    @Test
    void errorsNameLineColumnAndWhatWasExpected() throws IOException {
        Path good = file("a.tsv", ROWS);
        CtrEncoding encoding = CtrEncoding.learn(CtrFormat.of(good), Options.vocabulary(1), List.of(good));
        String header = "label\tI1\tcolour\n";
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", header + "2\t1\tx\n"))), "b.tsv", "line 2", "column 1", "\"2\"", "label 0 or 1");
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", header + "1\tx1\tx\n"))), "line 2", "column 2", "\"x1\"", "decimal number");
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", header + "1\t1e999\tx\n"))), "column 2", "below 1.8e308");
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", header + "1\t1\n"))), "line 2", "2 columns where 3");
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", "label\tI2\tcolour\n"))), "line 1", "column 2", "the name \"I1\"");
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", header))), "a row is expected");
        fails(() -> CtrTable.read(encoding, List.of(file("b.tsv", ""))), "no line");
        fails(() -> CtrTable.read(encoding, List.of(Files.write(folder.resolve("b.tsv"), new byte[] {'l', 'a', 'b', 'e', 'l', '\t', 'I', '1', '\t', 'c', 'o', 'l', 'o', 'u', 'r', '\n', '1', '\t', '\t', (byte) 0xFF}))), "line 2", "0xff", "UTF-8");
        fails(() -> CtrFormat.of(file("b.tsv", "what\tis\n")), "label or click");
        fails(() -> CtrFormat.of(file("b.tsv", "alone\n")), "no tab, comma or space");
    }

    @Test
    void rowsAreLoadedAsBatches() throws IOException {
        Path file = file("a.tsv", ROWS);
        CtrEncoding encoding = CtrEncoding.learn(CtrFormat.of(file), Options.hashing(10), List.of(file));
        CtrTable table = CtrTable.read(encoding, List.of(file));
        try (Scope scope = Scope.open(); Loader<CtrBatch> loader = new Loader<>(new CtrExamples(table), Batches.inOrder(5, 5), 1)) {
            CtrBatch batch = loader.next();
            assertArrayEquals(new float[] {1, 0, 0, 1, 1}, batch.labels().toFloats());
            assertEquals("[5, 2]", batch.features().shape().toString());
            for (int row = 0; row < 5; row++) for (int f = 0; f < 2; f++) assertEquals(table.feature(row, f), batch.features().getLong(row, f));
        }
    }
}
