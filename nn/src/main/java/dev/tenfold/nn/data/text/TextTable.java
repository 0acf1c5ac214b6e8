package dev.tenfold.nn.data.text;

import dev.tenfold.nn.data.io.Allowance;
import dev.tenfold.nn.data.io.FieldReader;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * A small table of texts with named columns, all in memory: a TSV file (tabs between the fields, no quotes) or a CSV file (commas, quotes as
 * in RFC 4180), in UTF-8, packed by gzip or not. Its first line has the names.
 *
 * @param path    where it came from
 * @param columns the names
 * @param rows    the fields of each line
 * @param lines   the number of each row's line, from 1
 */
public record TextTable(Path path, List<String> columns, List<List<String>> rows, List<Long> lines) {
    private static final int MEMORY = 200; // bytes per byte of the file: short fields in a packed file come to about 100
    private static final int TEXT = 64; // bytes of an object for each field

    /**
     * Reads a file; it is CSV when its name ends in {@code .csv} or {@code .csv.gz}.
     *
     * @throws FormatException when the file is empty, a line has not as many fields as the first, or there is text that is no UTF-8
     */
    public static TextTable read(Path path) throws IOException {
        boolean csv = path.getFileName().toString().toLowerCase(Locale.ROOT).matches("(?s).*\\.csv(\\.gz)?");
        try (FieldReader fields = new FieldReader(path, csv ? ',' : '\t')) {
            if (!fields.next()) throw new FormatException(path, 0, "the file has no line; names of columns are expected in the first one");
            List<String> columns = fields.texts();
            HashSet<String> names = new HashSet<>();
            for (int i = 0; i < columns.size(); i++) if (!names.add(columns.get(i))) throw fields.fail(i, "a name that no other column has");
            List<List<String>> rows = new ArrayList<>();
            List<Long> lines = new ArrayList<>();
            Allowance allowance = new Allowance(path, MEMORY);
            while (fields.next()) {
                fields.expect(columns.size());
                rows.add(fields.texts());
                lines.add(fields.line());
                allowance.take(TEXT * (long) columns.size() + 2L * fields.to(columns.size() - 1));
            }
            return new TextTable(path, List.copyOf(columns), rows, lines);
        }
    }

    /**
     * The place of a column.
     *
     * @throws FormatException when there is none of that name
     */
    public int column(String name) throws FormatException {
        int at = columns.indexOf(name);
        if (at < 0) throw new FormatException(path, 0, "there is no column \"" + name + "\" among " + String.join(", ", columns));
        return at;
    }

    /** The rows whose field in {@code column} is {@code value}. */
    public TextTable where(String column, String value) throws FormatException {
        int at = column(column);
        List<List<String>> some = new ArrayList<>();
        List<Long> theirLines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (!rows.get(i).get(at).equals(value)) continue;
            some.add(rows.get(i));
            theirLines.add(lines.get(i));
        }
        return new TextTable(path, columns, some, theirLines);
    }

    /** The fields of a column. */
    public List<String> values(String column) throws FormatException {
        int at = column(column);
        return rows.stream().map(row -> row.get(at)).toList();
    }

    /** The error {@code reason} in a row. */
    FormatException fail(int row, String reason) {
        return new FormatException(path, 0, "line " + lines.get(row) + ": " + reason);
    }
}
