package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.io.LineReader;
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
        try (LineReader line = new LineReader(path, LONGEST_LINE)) {
            ByteArrayOutputStream pixels = new ByteArrayOutputStream();
            ByteArrayOutputStream digits = new ByteArrayOutputStream();
            int[] values = new int[PIXELS + 1];
            while (line.next()) {
                if (line.length() == 0) continue;
                parse(line, values);
                for (int i = 0; i < PIXELS; i++) pixels.write(Math.round(values[i] * 255 / 16f));
                digits.write(values[PIXELS]);
                if (digits.size() > MOST_LINES) throw line.fail(0, "more than " + MOST_LINES + " lines");
            }
            if (digits.size() == 0) throw new FormatException(path, 0, "the file has no line");
            byte[] labels = digits.toByteArray();
            int[] wide = new int[labels.length];
            for (int i = 0; i < wide.length; i++) wide[i] = labels[i];
            return new ImageSet(name, pixels.toByteArray(), 1, 8, 8, wide, 10, List.of());
        }
    }

    private static void parse(LineReader line, int[] values) throws IOException {
        Arrays.fill(values, -1);
        int field = 0;
        for (int i = 0; i < line.length(); i++) {
            byte b = line.bytes()[i];
            if (b == ',') {
                if (values[field] < 0) throw fail(line, i, "field " + (field + 1) + " is empty");
                if (++field > PIXELS) throw fail(line, i, "there are more than 65 fields");
            } else if (b >= '0' && b <= '9') {
                values[field] = Math.max(0, values[field]) * 10 + b - '0';
                if (values[field] > 16) throw fail(line, i, "a number above 16 in field " + (field + 1));
            } else if (b != ' ') {
                throw fail(line, i, b < 0 ? "a byte that is no ASCII" : "\"" + (char) b + "\" in field " + (field + 1));
            }
        }
        if (field < PIXELS || values[PIXELS] < 0) throw fail(line, line.length(), "only " + (values[field] < 0 ? field : field + 1) + " fields");
        if (values[PIXELS] > 9) throw fail(line, line.length(), values[PIXELS] + " for the digit");
    }

    private static FormatException fail(LineReader line, int at, String reason) {
        return line.fail(at, reason + "; 64 integers 0 to 16 and a digit are expected, with commas between");
    }
}
