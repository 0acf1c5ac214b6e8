package dev.tenfold.methods.data;

import dev.tenfold.methods.DataException;
import dev.tenfold.nn.data.Splits;
import dev.tenfold.nn.data.table.CtrEncoding;
import dev.tenfold.nn.data.table.CtrFormat;
import dev.tenfold.nn.data.table.CtrTable;
import dev.tenfold.tensor.Generator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder with a table of clicks or ratings: {@code …train….tsv} with {@code …test….tsv} (or {@code val}), or a single file, of which a fifth of the
 * rows is split off as the test set by a fixed seed. Endings {@code .tsv}, {@code .csv}, {@code .txt} and {@code .libfm}, also with {@code .gz}; the forms of
 * {@link CtrFormat#of}.
 *
 * @param encoding learned from the training rows
 * @param train    rows to learn from
 * @param test     rows to measure on
 */
public record CtrFolder(CtrEncoding encoding, CtrTable train, CtrTable test) {
    private static final double TEST_SHARE = 0.2;
    private static final long SPLIT_SEED = 20;
    private static final String ENDINGS = "(?i)[^.].*\\.(tsv|csv|txt|libfm)(\\.gz)?";
    private static final String OTHERS = "(?i).*\\.(ids|names|rows)\\..*|captions.*|read.?me.*|licen[cs]e.*";

    /**
     * Reads the folder.
     *
     * @throws DataException when there is no such table, or a file is not what it should be
     */
    public static CtrFolder read(Path folder, CtrEncoding.Options options) {
        try {
            List<Path> files = Listing.files(folder, ENDINGS, OTHERS);
            Path train = Listing.only(files, DataFiles.Role.TRAIN);
            Path test = Listing.only(files, DataFiles.Role.TEST, DataFiles.Role.VALIDATION);
            if (train == null && test == null && files.size() == 1) return split(files.getFirst(), options);
            if (train == null || test == null) {
                throw new DataException(folder + " has no table of clicks: looked for a …train… and a …test… (or val) file, or a single one, that ends in .tsv, .csv, .txt or .libfm, also with .gz");
            }
            CtrEncoding encoding = CtrEncoding.learn(CtrFormat.of(train), options, List.of(train));
            return new CtrFolder(encoding, CtrTable.read(encoding, List.of(train)), CtrTable.read(encoding, List.of(test)));
        } catch (IOException | IllegalArgumentException e) {
            throw Listing.failed(folder, e);
        }
    }

    private static CtrFolder split(Path file, CtrEncoding.Options options) throws IOException {
        CtrEncoding encoding = CtrEncoding.learn(CtrFormat.of(file), options, List.of(file));
        CtrTable whole = CtrTable.read(encoding, List.of(file));
        int[][] rows = Splits.random(whole.size(), TEST_SHARE, new Generator(SPLIT_SEED));
        if (rows[0].length == 0 || rows[1].length == 0) throw new DataException(file + " has only " + whole.size() + " rows, too few to split a test set off");
        return new CtrFolder(encoding, whole.subset(rows[0]), whole.subset(rows[1]));
    }
}
