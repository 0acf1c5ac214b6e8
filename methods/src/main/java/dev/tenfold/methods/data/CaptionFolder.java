package dev.tenfold.methods.data;

import dev.tenfold.methods.DataException;
import dev.tenfold.nn.data.Splits;
import dev.tenfold.nn.data.image.FolderStore;
import dev.tenfold.nn.data.image.ImageStore;
import dev.tenfold.nn.data.image.ZipStore;
import dev.tenfold.nn.data.text.Captions;
import dev.tenfold.nn.data.text.TextTable;
import dev.tenfold.tensor.Generator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder with images and captions: {@code captions_train.tsv} with {@code captions_test.tsv} (or {@code val}), or a single {@code captions….tsv}, of whose
 * images a fifth is split off as the test set by a fixed seed. The images of {@code captions_NAME.tsv} are in {@code images_NAME.zip}, in
 * {@code images.zip}, in a folder of one of these names, or beside the table.
 *
 * @param train what to learn from
 * @param test  what to measure on
 */
public record CaptionFolder(Part train, Part test) implements AutoCloseable {
    /** Captions and the place of their images. */
    public record Part(Captions captions, ImageStore images) {
    }

    private static final double TEST_SHARE = 0.2;
    private static final long SPLIT_SEED = 20;

    /**
     * Opens the folder; closing it closes the places of the images.
     *
     * @throws DataException when there are no such files, or one is not what it should be
     */
    public static CaptionFolder read(Path folder) {
        try {
            List<Path> tables = Listing.files(folder, "(?i)captions[^.]*\\.[tc]sv(\\.gz)?", "");
            Path train = Listing.only(tables, DataFiles.Role.TRAIN);
            Path test = Listing.only(tables, DataFiles.Role.TEST, DataFiles.Role.VALIDATION);
            if (train == null && test == null && tables.size() == 1) return split(folder, tables.getFirst());
            if (train == null || test == null) {
                throw new DataException(folder + " has no captions: looked for captions_train.tsv with captions_test.tsv (or captions_val.tsv), or a single captions….tsv");
            }
            Part first = part(folder, train);
            try {
                return new CaptionFolder(first, part(folder, test));
            } catch (IOException | RuntimeException e) {
                first.images.close();
                throw e;
            }
        } catch (IOException | IllegalArgumentException e) {
            throw Listing.failed(folder, e);
        }
    }

    private static Part part(Path folder, Path table) throws IOException {
        ImageStore store = images(folder, table.getFileName().toString().replaceAll("(?i)^captions|\\..*$", ""));
        try {
            return new Part(Captions.of(TextTable.read(table), store), store);
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private static ImageStore images(Path folder, String suffix) throws IOException {
        for (String name : List.of("images" + suffix, "images")) {
            if (Files.isRegularFile(folder.resolve(name + ".zip"))) return new ZipStore(folder.resolve(name + ".zip"));
            if (Files.isDirectory(folder.resolve(name))) return new FolderStore(folder.resolve(name));
        }
        return new FolderStore(folder);
    }

    private static CaptionFolder split(Path folder, Path table) throws IOException {
        Part whole = part(folder, table);
        int images = whole.captions.images().size();
        int[][] parts = Splits.random(images, TEST_SHARE, new Generator(SPLIT_SEED));
        if (parts[0].length == 0 || parts[1].length == 0) {
            whole.images.close();
            throw new DataException(table + " has captions of only " + images + " images, too few to split a test set off");
        }
        return new CaptionFolder(new Part(whole.captions.subset(parts[0]), whole.images), new Part(whole.captions.subset(parts[1]), whole.images));
    }

    @Override
    public void close() {
        try {
            train.images.close();
            test.images.close();
        } catch (IOException e) {
            throw new DataException("the images cannot be closed: " + e.getMessage());
        }
    }
}
