package dev.tenfold.nn.data;

import dev.tenfold.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The handwritten digits of the UCI repository ({@code optdigits.tra}, {@code optdigits.tes}; Alpaydin and Kaynak 1998): lines of 64
 * integers 0 to 16, the 8x8 pixels, and the digit, with commas. Gzip-compressed or not. Pixels are stretched to 0 to 255.
 */
public final class DigitsCsv {
    private static final int PIXELS = 64;
    private static final int LONGEST_LINE = 1024;
    private static final int MOST_LINES = 1 << 24;

    private DigitsCsv() {
    }

    /**
     * The set, images [n, 1, 8, 8], classes 0 to 9.
     *
     * @throws FormatException when a line is not as above, or there is none
     */
    public static ImageSet read(String name, Path path) throws IOException {
        try (PackedFile file = PackedFile.open(path)) {
            ByteArrayOutputStream pixels = new ByteArrayOutputStream();
            ByteArrayOutputStream digits = new ByteArrayOutputStream();
            Lines lines = new Lines(file, path);
            int[] values = new int[PIXELS + 1];
            while (lines.next()) {
                lines.parse(values);
                for (int i = 0; i < PIXELS; i++) pixels.write(Math.round(values[i] * 255 / 16f));
                digits.write(values[PIXELS]);
                if (digits.size() > MOST_LINES) throw file.fail("more than " + MOST_LINES + " lines");
            }
            if (digits.size() == 0) throw file.fail("the file has no line");
            byte[] labels = digits.toByteArray();
            int[] wide = new int[labels.length];
            for (int i = 0; i < wide.length; i++) wide[i] = labels[i];
            return new ImageSet(name, pixels.toByteArray(), 1, 8, 8, wide, 10, List.of());
        }
    }

    /** The lines of a file, of bounded length. */
    private static final class Lines {
        private final PackedFile file;
        private final Path path;
        private final byte[] buffer = new byte[1 << 16];
        private final byte[] line = new byte[LONGEST_LINE];
        private int filled;
        private int used;
        private int length;
        private long start;
        private long number;

        Lines(PackedFile file, Path path) {
            this.file = file;
            this.path = path;
        }

        private int nextByte() throws IOException {
            if (used == filled) {
                used = 0;
                filled = file.read(buffer, 0, buffer.length);
                if (filled == 0) return -1;
            }
            return buffer[used++] & 0xFF;
        }

        private FormatException fail(String reason) {
            return new FormatException(path, start, "line " + number + " " + reason + "; 64 integers 0 to 16 and a digit are expected, with commas between");
        }

        /** The next line that is not empty; false at the end. */
        boolean next() throws IOException {
            int b;
            do {
                start = file.offset() - filled + used;
                length = 0;
                number++;
                while ((b = nextByte()) != '\n' && b >= 0) {
                    if (b == '\r') continue;
                    if (b >= 0x80) throw fail("has a byte that is no ASCII");
                    if (length == LONGEST_LINE) throw fail("is longer than " + LONGEST_LINE + " bytes");
                    line[length++] = (byte) b;
                }
            } while (length == 0 && b == '\n');
            return length > 0;
        }

        void parse(int[] values) throws IOException {
            Arrays.fill(values, -1);
            int field = 0;
            for (int i = 0; i < length; i++) {
                byte b = line[i];
                if (b == ',') {
                    if (values[field] < 0) throw fail("has an empty field " + (field + 1));
                    if (++field > PIXELS) throw fail("has more than 65 fields");
                } else if (b >= '0' && b <= '9') {
                    values[field] = Math.max(0, values[field]) * 10 + b - '0';
                    if (values[field] > 16) throw fail("has a number above 16 in field " + (field + 1));
                } else if (b != ' ') {
                    throw fail("has \"" + (char) b + "\" in field " + (field + 1));
                }
            }
            if (field < PIXELS || values[PIXELS] < 0) throw fail("has " + (values[field] < 0 ? field : field + 1) + " fields");
            if (values[PIXELS] > 9) throw fail("has " + values[PIXELS] + " for its digit");
        }
    }
}
