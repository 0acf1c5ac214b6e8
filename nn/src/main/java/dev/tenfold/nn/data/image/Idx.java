package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.io.PackedFile;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The IDX files of MNIST and its relatives (LeCun, Cortes, Burges 1998): big-endian magic 2051, count, rows, columns and the pixels of
 * grey images; magic 2049, count and one byte per label. Gzip-compressed or not.
 */
public final class Idx {
    private static final int IMAGES = 2051;
    private static final int LABELS = 2049;

    private record Images(int count, int rows, int columns, byte[] pixels) {
    }

    private Idx() {
    }

    /**
     * The set in a pair of files, images [n, 1, rows, columns].
     *
     * @param classes labels are from 0 to {@code classes - 1}
     * @throws FormatException when a file is not what it should be, or the counts differ
     */
    public static ImageSet read(String name, Path images, Path labels, int classes) throws IOException {
        byte[] classOf = readLabels(labels, classes);
        Images all = readImages(images);
        if (all.count != classOf.length) {
            throw new FormatException(labels, 4, classOf.length + " labels for the " + all.count + " images of " + images.getFileName()
                    + ": the two files do not belong together");
        }
        int[] wide = new int[classOf.length];
        for (int i = 0; i < wide.length; i++) wide[i] = classOf[i] & 0xFF;
        return new ImageSet(name, all.pixels, 1, all.rows, all.columns, wide, classes, List.of());
    }

    private static Images readImages(Path path) throws IOException {
        try (PackedFile file = PackedFile.open(path)) {
            checkMagic(path, file, IMAGES, "images");
            int count = file.readInt("the number of images");
            int rows = file.readInt("the number of rows");
            int columns = file.readInt("the number of columns");
            if (count < 1 || rows < 1 || columns < 1) {
                throw new FormatException(path, 4, "the header says " + count + " images of " + rows + " x " + columns + "; all must be at least 1");
            }
            // each product is checked before the next, so that nothing overflows
            long imageBytes = (long) rows * columns;
            if (imageBytes > file.limit() || imageBytes * count > file.limit() - 16) {
                throw new FormatException(path, 4, "truncated or altered: the header says " + count + " images of " + rows + " x " + columns
                        + ", more than a file of this length can hold");
            }
            if (imageBytes * count > Integer.MAX_VALUE - 16) {
                throw new FormatException(path, 4, count + " images of " + rows + " x " + columns + " are more than the 2 GB that an image set holds");
            }
            byte[] pixels = new byte[(int) (imageBytes * count)];
            file.readFully(pixels, 0, pixels.length, "the pixels of " + count + " images");
            file.expectEnd("the pixels of " + count + " images of " + rows + " x " + columns);
            return new Images(count, rows, columns, pixels);
        }
    }

    private static byte[] readLabels(Path path, int classes) throws IOException {
        try (PackedFile file = PackedFile.open(path)) {
            checkMagic(path, file, LABELS, "labels");
            int count = file.readInt("the number of labels");
            if (count < 1 || count > file.limit() - 8) {
                throw new FormatException(path, 4, "truncated or altered: the header says " + count + " labels, which a file of this length cannot hold");
            }
            byte[] labels = new byte[count];
            file.readFully(labels, 0, count, count + " labels");
            file.expectEnd(count + " labels");
            for (int i = 0; i < count; i++) {
                if ((labels[i] & 0xFF) >= classes) {
                    throw new FormatException(path, 8 + i, "label " + (labels[i] & 0xFF) + " of image " + i + " is not in 0.." + (classes - 1));
                }
            }
            return labels;
        }
    }

    private static void checkMagic(Path path, PackedFile file, int wanted, String what) throws IOException {
        int magic = file.readInt("the magic number of an IDX file");
        if (magic == wanted) return;
        String found = magic == IMAGES ? "these are images" : magic == LABELS ? "these are labels" : file.seemsToBe();
        throw new FormatException(path, 0, "the magic number of IDX " + what + " is " + wanted + ", here it is " + magic + ": " + found);
    }
}
