package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.io.PackedFile;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The binary files of CIFAR-10 and CIFAR-100 (Krizhevsky 2009), and of other 32x32 sets in their form: records of one label byte
 * (CIFAR-100: coarse label, then fine label) and 3072 pixel bytes [3, 32, 32]. Gzip-compressed or not. There is no magic number, so
 * the length and the labels tell whether a file is one.
 */
public final class CifarBinary {
    /** What stands before the pixels of a record. */
    public enum Labels {
        /** One byte: CIFAR-10. */
        ONE,
        /** Two bytes, of which the second counts: CIFAR-100's 20 coarse and 100 fine classes. */
        COARSE_FINE
    }

    private static final int IMAGE = 3 * 32 * 32;
    private static final int MOST_BYTES = 1 << 30;

    private CifarBinary() {
    }

    /**
     * The records of several files, one after another; at most 1 GiB.
     *
     * @param classes labels are from 0 to {@code classes - 1}; 0 takes the largest label's successor
     * @throws FormatException when a file is empty, has no whole number of records, or a label is out of range
     */
    public static ImageSet read(String name, List<Path> files, Labels layout, int classes) throws IOException {
        int bound = classes == 0 ? 256 : classes;
        List<byte[]> parts = new ArrayList<>();
        long records = 0;
        for (Path path : files) {
            byte[] part = readRecords(path, layout, bound);
            parts.add(part);
            records += part.length / record(layout);
        }
        if (records * IMAGE > MOST_BYTES) throw new FormatException(files.getLast(), 0, records + " images are more than the 1 GiB that is read at most");
        byte[] pixels = new byte[(int) records * IMAGE];
        int[] labels = new int[(int) records];
        int at = 0;
        for (byte[] part : parts) {
            for (int from = 0; from < part.length; from += record(layout), at++) {
                labels[at] = part[from + record(layout) - IMAGE - 1] & 0xFF;
                System.arraycopy(part, from + record(layout) - IMAGE, pixels, at * IMAGE, IMAGE);
            }
        }
        int count = classes == 0 ? Arrays.stream(labels).max().orElse(0) + 1 : classes;
        return new ImageSet(name, pixels, 3, 32, 32, labels, count, List.of());
    }

    private static int record(Labels layout) {
        return IMAGE + (layout == Labels.ONE ? 1 : 2);
    }

    private static byte[] readRecords(Path path, Labels layout, int classes) throws IOException {
        int record = record(layout);
        try (PackedFile file = PackedFile.open(path)) {
            byte[] records = new byte[(int) Math.min(file.limit(), 64L * record)];
            int length = 0;
            while (true) {
                length += file.read(records, length, records.length - length);
                if (length < records.length || length > MOST_BYTES) break;
                if (length == file.limit()) {
                    file.expectEnd("the file's length");
                    break;
                }
                records = Arrays.copyOf(records, (int) Math.min(MOST_BYTES + 1L, Math.min(file.limit(), 2L * records.length)));
            }
            if (length == 0) throw file.fail("the file is empty");
            if (length > MOST_BYTES) throw file.fail("more than the 1 GiB that is read at most");
            if (length % record != 0) {
                throw file.fail("truncated or of another format: " + length + " bytes are " + length / record + " records of " + record + " bytes and "
                        + length % record + " bytes more; " + file.seemsToBe());
            }
            checkLabels(path, records, length, layout, classes);
            return length == records.length ? records : Arrays.copyOf(records, length);
        }
    }

    private static void checkLabels(Path path, byte[] records, int length, Labels layout, int classes) throws IOException {
        int record = record(layout);
        for (int from = 0; from < length; from += record) {
            int labelAt = from + record - IMAGE - 1;
            if ((records[labelAt] & 0xFF) >= classes) {
                throw new FormatException(path, labelAt, "label " + (records[labelAt] & 0xFF) + " of record " + from / record + " is not in 0.." + (classes - 1));
            }
            if (layout == Labels.COARSE_FINE && (records[from] & 0xFF) >= 20) {
                throw new FormatException(path, from, "coarse label " + (records[from] & 0xFF) + " of record " + from / record + " is not in 0..19");
            }
        }
    }
}
