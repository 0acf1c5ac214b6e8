package dev.tenfold.methods.data;

import dev.tenfold.methods.DataException;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.CifarBinary;
import dev.tenfold.nn.data.image.DigitsCsv;
import dev.tenfold.nn.data.image.Idx;
import dev.tenfold.nn.data.image.ImageSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A folder with one set of labelled images, as published or repacked: its form is told by the names of its files, each with or
 * without {@code .gz}.
 *
 * <ul>
 * <li>IDX: {@code …train…images-idx3-ubyte} with {@code …train…labels-idx1-ubyte}, and the same with {@code t10k}, {@code test} or
 * {@code val}: MNIST and its relatives, classes 0 to 9.
 * <li>CIFAR: {@code data_batch_1.bin} and so on with {@code test_batch.bin}; {@code train.bin} with {@code test.bin} (CIFAR-100, fine
 * labels); {@code NAME_train.bin} with {@code NAME_test.bin} or {@code NAME_val.bin} in the records of CIFAR-10: ten classes when
 * NAME has {@code cifar} or {@code cinic}, otherwise as many as the training labels say.
 * <li>Digits: {@code optdigits.tra} with {@code optdigits.tes}, also with {@code .csv} behind.
 * <li>Images: JPEG and PNG files in folders by class, in colour: {@code train/CLASS/…} with {@code test/CLASS/…} or {@code val/CLASS/…}, or
 * {@code CLASS/…} alone with at least two classes; also {@code NAME_train.zip} with {@code NAME_test.zip} or {@code NAME_val.zip} of such folders.
 * </ul>
 *
 * Where a single file (pair, for IDX; all folders, for images) says neither train nor test, and for {@code optdigits.tra} alone, a fifth of each class is
 * split off as the test set by a fixed seed. Beside {@code test} a {@code val} file is left alone.
 */
public final class DataFolder {
    private static final double TEST_SHARE = 0.2;
    private static final long SPLIT_SEED = 20;
    private static final String LOOKED_FOR = "looked for IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-…), CIFAR binaries "
            + "(data_batch_1.bin … test_batch.bin, train.bin and test.bin, NAME_train.bin and NAME_test.bin) and optdigits.tra, each also with .gz, and for images in folders by class (train/CLASS/1.jpg, test/CLASS/2.png)";

    private final Path folder;
    private final String name;
    private final DataFiles files;

    private DataFolder(Path folder, DataFiles files) {
        this.folder = folder;
        this.name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
        this.files = files;
    }

    /**
     * The training and the test set in {@code folder}.
     *
     * @throws DataException when there is not exactly one data set of a known form, whole and in order
     */
    public static ImageSet.Split read(Path folder) {
        return read(folder, Augmentation.none());
    }

    /**
     * The same, with the images of image folders brought to one size, such as by {@link Augmentation#resizeAndCentreCrop}.
     *
     * @throws DataException when there is not exactly one data set of a known form, whole and in order
     */
    public static ImageSet.Split read(Path folder, Augmentation fitting) {
        try {
            if (!Files.exists(folder)) throw new DataException("the data folder " + folder + " does not exist; name a folder that holds one data set");
            if (!Files.isDirectory(folder)) throw new DataException(folder + " is a file; name the folder that it is in");
            DataFiles files = DataFiles.list(folder);
            DataFolder data = new DataFolder(folder, files);
            if (files.formats().isEmpty()) {
                ImageFolders.Parts parts = ImageFolders.read(folder, data.name, fitting);
                if (parts == null) throw new DataException(nothingKnown(folder));
                return parts.test() == null ? data.split(parts.train()) : data.fitting(parts.train(), parts.test());
            }
            if (files.formats().size() > 1) {
                throw new DataException(folder + " holds files of several data sets (" + String.join(", ", files.names()) + "); keep one set in a folder");
            }
            return data.read();
        } catch (IOException e) {
            throw Listing.failed(folder, e);
        }
    }

    private static String nothingKnown(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> list = Files.list(folder)) {
            all = list.filter(p -> !p.getFileName().toString().startsWith(".")).sorted().toList();
        }
        if (all.isEmpty()) return "the data folder " + folder + " is empty; " + LOOKED_FOR;
        List<String> inside = all.stream().filter(Files::isDirectory).map(p -> p.getFileName().toString()).toList();
        if (!inside.isEmpty()) {
            return folder + " holds no data set itself but the folders " + String.join(", ", inside.subList(0, Math.min(20, inside.size())))
                    + "; name one of them, such as " + folder.resolve(inside.getFirst());
        }
        for (Path path : all) {
            String file = path.getFileName().toString().toLowerCase(Locale.ROOT);
            if (file.matches(".*\\.(tar|tar\\.gz|tgz|zip)")) return folder + " holds the archive " + path.getFileName() + "; unpack it and name the folder with the files";
            if (file.equals("data_batch_1")) return folder + " holds the Python version of CIFAR; fetch the binary version (data_batch_1.bin … test_batch.bin)";
        }
        return "no data set known in " + folder + ": " + LOOKED_FOR;
    }

    private ImageSet.Split read() throws IOException {
        DataFiles.Format format = files.formats().getFirst();
        return switch (format) {
            case IDX -> pair((suffix, role) -> Idx.read(name + suffix, files.one(DataFiles.Format.IDX, role), files.labelsOf(role), 10), classNames());
            case DIGITS -> pair((suffix, role) -> DigitsCsv.read(name + suffix, files.one(DataFiles.Format.DIGITS, role)), List.of());
            case CIFAR -> cifar();
        };
    }

    private List<String> classNames() {
        return (name + files.names()).toLowerCase(Locale.ROOT).contains("fashion")
                ? List.of("T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot") : List.of();
    }

    private ImageSet.Split cifar() throws IOException {
        boolean fine = files.names().stream().anyMatch(f -> f.matches("(train|test)\\.bin.*|.*cifar-?100.*"));
        boolean ten = !fine && (name + files.names()).toLowerCase(Locale.ROOT).matches(".*(cifar|cinic|data_batch).*");
        CifarBinary.Labels labels = fine ? CifarBinary.Labels.COARSE_FINE : CifarBinary.Labels.ONE;
        int[] classes = {fine ? 100 : ten ? 10 : 0}; // when the names do not tell, the training labels do, which are read first
        return pair((suffix, role) -> {
            ImageSet set = CifarBinary.read(name + suffix, files.parts(role), labels, classes[0]);
            classes[0] = set.classes();
            return set;
        }, ten ? List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck") : List.of());
    }

    private interface Reader {
        ImageSet read(String suffix, DataFiles.Role role) throws IOException;
    }

    private ImageSet.Split pair(Reader reader, List<String> classNames) throws IOException {
        if (files.has(DataFiles.Role.WHOLE) || files.isLoneDigits()) {
            DataFiles.Role role = files.has(DataFiles.Role.WHOLE) ? DataFiles.Role.WHOLE : DataFiles.Role.TRAIN;
            if (role == DataFiles.Role.WHOLE && files.hasSeveralRoles()) {
                throw new DataException(folder + " holds " + String.join(", ", files.names()) + ": some say train or test, some do not; keep one data set in a folder");
            }
            return split(reader.read("", role).withClassNames(classNames));
        }
        DataFiles.Role test = files.has(DataFiles.Role.TEST) ? DataFiles.Role.TEST : DataFiles.Role.VALIDATION;
        requireRole(DataFiles.Role.TRAIN, "training", "train");
        requireRole(test, "test", "t10k, test or val");
        ImageSet train = reader.read(" train", DataFiles.Role.TRAIN).withClassNames(classNames);
        ImageSet held = reader.read(" test", test).withClassNames(classNames);
        return fitting(train, held);
    }

    private ImageSet.Split fitting(ImageSet train, ImageSet held) {
        if (train.height() != held.height() || train.width() != held.width()) {
            throw new DataException(folder + ": the training images are " + train.height() + "x" + train.width() + ", the test images " + held.height() + "x"
                    + held.width() + "; they do not belong together");
        }
        return new ImageSet.Split(train, held);
    }

    private ImageSet.Split split(ImageSet whole) {
        for (int count : whole.classCounts()) if (Math.round(TEST_SHARE * count) >= 1) return whole.split(TEST_SHARE, SPLIT_SEED);
        throw new DataException(folder + " holds only " + whole + ": no class has enough images (3) to split a test set off; add more, or a file for the test");
    }

    private void requireRole(DataFiles.Role role, String what, String words) {
        if (!files.has(role)) {
            throw new DataException(folder + " has no " + what + " file: none of " + String.join(", ", files.names()) + " has " + words
                    + " in its name. Add it, from where the others came");
        }
    }
}
