package dev.tenfold.methods.data;

import dev.tenfold.methods.DataException;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.FolderStore;
import dev.tenfold.nn.data.image.ImageFile;
import dev.tenfold.nn.data.image.ImageFolder;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.image.ImageStore;
import dev.tenfold.nn.data.image.StoredImages;
import dev.tenfold.nn.data.image.ZipStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * A folder of JPEG or PNG images in folders by class: in {@code train} and {@code test} (or {@code val}), or one for all; or two zip files of such
 * folders, {@code …train….zip} and {@code …test….zip} (or {@code val}).
 */
final class ImageFolders {
    private final String name;
    private final ImageStore store;
    private final Augmentation fitting;

    private ImageFolders(String name, ImageStore store, Augmentation fitting) {
        this.name = name;
        this.store = store;
        this.fitting = fitting;
    }

    /** The first folder of each image's name: those of the parts, or those of the classes; nothing when there is none. */
    private static TreeSet<String> tops(ImageStore store) {
        TreeSet<String> tops = new TreeSet<>();
        for (String file : store.names()) {
            int slash = file.indexOf('/');
            if (slash > 0) tops.add(file.substring(0, slash));
        }
        return tops;
    }

    /**
     * The training and the test images, or all as the training images with no test images, or null when the folder holds none.
     *
     * @param fitting brings every image to one size
     */
    static Parts read(Path folder, String name, Augmentation fitting) throws IOException {
        List<Path> zips = Listing.files(folder, "(?i)[^.].*\\.zip", "(?i)images_.*");
        Path trainZip = Listing.only(zips, DataFiles.Role.TRAIN);
        Path testZip = Listing.only(zips, DataFiles.Role.TEST, DataFiles.Role.VALIDATION);
        if (trainZip != null && testZip != null) return zips(trainZip, testZip, name, fitting);
        try (ImageStore store = new FolderStore(folder)) {
            TreeSet<String> tops = tops(store);
            ImageFolders images = new ImageFolders(name, store, fitting);
            String train = part(tops, DataFiles.Role.TRAIN);
            String test = part(tops, DataFiles.Role.TEST);
            if (test == null) test = part(tops, DataFiles.Role.VALIDATION);
            if (train == null && test == null) return tops.size() < 2 ? null : new Parts(images.set("", "", List.of()), null);
            if (train == null || test == null) {
                throw new DataException(folder + " has the folder " + (train == null ? test : train) + " but none named " + (train == null ? "train" : "test or val") + "; add it");
            }
            ImageSet learned = images.set(" train", train, List.of());
            return new Parts(learned, images.set(" test", test, learned.classNames()));
        }
    }

    private static Parts zips(Path train, Path test, String name, Augmentation fitting) throws IOException {
        try (ImageStore first = new ZipStore(train); ImageStore second = new ZipStore(test)) {
            ImageSet learned = new ImageFolders(name, first, fitting).set(" train", onlyTop(first), List.of());
            return new Parts(learned, new ImageFolders(name, second, fitting).set(" test", onlyTop(second), learned.classNames()));
        }
    }

    /** The folder that holds all others of an archive, as {@code train} or {@code NAME}; empty when there are several. */
    private static String onlyTop(ImageStore store) {
        TreeSet<String> tops = tops(store);
        return tops.size() == 1 ? tops.first() : "";
    }

    /** @param test null when the folder does not say */
    record Parts(ImageSet train, ImageSet test) {
    }

    private static String part(TreeSet<String> tops, DataFiles.Role role) {
        List<String> found = tops.stream().filter(top -> top.matches("(?i)train(ing)?|test(ing)?|val(id|idation)?") && DataFiles.roleOf(top.toLowerCase(Locale.ROOT)) == role).toList();
        return found.isEmpty() ? null : found.getFirst();
    }

    private ImageSet set(String suffix, String prefix, List<String> classes) throws IOException {
        ImageFolder files = ImageFolder.of(store, prefix, classes);
        return new StoredImages(name + suffix, store, files.files(), files.labels(), ImageFile.colour(), fitting).decoded(files.classes().size(), files.classes());
    }
}
