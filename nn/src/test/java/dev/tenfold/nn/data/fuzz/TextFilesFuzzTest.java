package dev.tenfold.nn.data.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.nn.data.image.FolderStore;
import dev.tenfold.nn.data.image.ImageStore;
import dev.tenfold.nn.data.table.CtrEncoding;
import dev.tenfold.nn.data.table.CtrFormat;
import dev.tenfold.nn.data.table.CtrTable;
import dev.tenfold.nn.data.text.BpeTokeniser;
import dev.tenfold.nn.data.text.Captions;
import dev.tenfold.nn.data.text.TextTable;
import dev.tenfold.nn.data.text.WordTokeniser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TextFilesFuzzTest {
    @TempDir
    Path folder;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void captions() throws IOException {
        Files.write(folder.resolve("a.png"), new byte[1]);
        Files.write(folder.resolve("b.png"), new byte[1]);
        byte[] text = utf8("file\tcaption\tlicence\na.png\tnaïve dog\tfree\nb\t日本 \"cat\"\t\na.png\tx\t\n");
        try (ImageStore store = new FolderStore(folder)) {
            for (boolean packed : new boolean[] {false, true}) {
                new Fuzz(folder.resolve("captions.tsv"), packed ? 20_000 : 600).run(packed ? ImageFilesFuzzTest.gzip(text) : text, text.length, 400, path -> {
                    Captions captions = Captions.of(TextTable.read(path), store);
                    for (String name : captions.images()) assertTrue(store.names().contains(name));
                    for (String caption : captions.texts()) assertTrue(!caption.isBlank());
                });
            }
        }
    }

    @Test
    void tablesOfQuotedFields() throws IOException {
        byte[] text = utf8("id,title,genres\n11,\"American President, The (1995)\",Comedy|Drama\n12,\"say \"\"x\"\"\",\n13,plain,a\n");
        new Fuzz(folder.resolve("movies.csv"), 600).run(text, text.length, 500, path -> {
            TextTable table = TextTable.read(path);
            for (List<String> row : table.rows()) assertEquals(table.columns().size(), row.size());
        });
    }

    @Test
    void clickTables() throws IOException {
        String criteo = "1\t3\t\t-1\t5\t1234\t0\t1\t2\t3\t\t1\t\t7" + "\t68fd1e64".repeat(20) + "\t".repeat(6) + "\n";
        String[] texts = {criteo + criteo.replace("1\t3", "0\t4"), "userId,movieId,rating,timestamp\n7,9,4.0,0\n7,\"8\",3.5,964981247\n", "1 17:1 900:1\n-1 17:1.0 33:1 \n0 1:1 2:1\n",
                "label\tI1\tcolour\n1\t3\tröt\n0\t\tblue\n0\t-1.5e3\t\n"};
        CtrEncoding.Options[] options = {CtrEncoding.Options.vocabulary(1), CtrEncoding.Options.hashing(100).quantiles(4)};
        for (String text : texts) {
            for (CtrEncoding.Options option : options) {
                byte[] bytes = option.buckets() > 0 ? ImageFilesFuzzTest.gzip(utf8(text)) : utf8(text);
                new Fuzz(folder.resolve("clicks.txt"), 20_000).run(bytes, bytes.length, 200, path -> {
                    CtrEncoding encoding = CtrEncoding.learn(CtrFormat.of(path), option, List.of(path));
                    CtrTable table = CtrTable.read(encoding, List.of(path));
                    for (int row = 0; row < table.size(); row++) {
                        assertTrue(table.label(row) == 0 || table.label(row) == 1);
                        for (int f = 0; f < table.fields(); f++) assertTrue(table.feature(row, f) >= encoding.offset(f) && table.feature(row, f) < encoding.offset(f + 1));
                    }
                });
            }
        }
    }

    @Test
    void tokenisers() throws IOException {
        List<String> texts = List.of("low lower lowest newest widest", "low low naïve new newest");
        Path file = folder.resolve("tokens.txt");
        BpeTokeniser.learn(texts, 560).write(file);
        new Fuzz(file, 4000).run(Files.readAllBytes(file), 400, 300, path -> {
            BpeTokeniser tokens = BpeTokeniser.read(path);
            assertEquals("low newest 日", tokens.decode(tokens.encode("low newest 日")));
        });
        WordTokeniser.learn(texts, 1, 100).write(file);
        new Fuzz(file, 4000).run(Files.readAllBytes(file), 400, 300, path -> {
            WordTokeniser tokens = WordTokeniser.read(path);
            for (int token : tokens.encode("low newest 日")) assertTrue(token >= 0 && token < tokens.vocabulary());
        });
    }

    @Test
    void packedFilesThatGrowWithoutEnd() throws IOException {
        byte[] rows = ImageFilesFuzzTest.gzip(utf8("a\tb\n" + "x\ty\n".repeat(3_000_000)));
        Path file = folder.resolve("rows.tsv");
        Fuzz fuzz = new Fuzz(file, 100_000);
        fuzz.refuses(rows, TextTable::read);
        byte[] longLine = ImageFilesFuzzTest.gzip(new byte[1 << 24]);
        new Fuzz(file, 400).refuses(longLine, TextTable::read);
    }
}
