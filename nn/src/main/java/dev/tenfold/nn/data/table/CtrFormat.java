package dev.tenfold.nn.data.table;

import dev.tenfold.nn.data.io.FieldReader;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * How the lines of a table of clicks (or ratings) are written: what stands between the columns, whether the first line has their names, and
 * what each is.
 *
 * @param separator a tab, a comma or a space
 * @param header    whether the first line has names, which must be those of the columns
 * @param columns   in the order of the file; exactly one is the label
 * @param threshold a label of at least this is 1, a smaller one 0; NaN where labels must be 0 or 1
 */
public record CtrFormat(char separator, boolean header, List<Column> columns, double threshold) {
    /** What a column is. */
    public enum Kind {
        /** The click, or a number that the threshold turns into one. */
        LABEL,
        /** Any text, also an empty one: its own value. */
        CATEGORY,
        /** A decimal number, or empty. */
        NUMBER,
        /** Seconds since 1970, which become two fields: hour 0 to 23 and weekday 0 (Monday) to 6, in UTC. */
        TIME,
        /** A feature number with {@code :1} behind it, as in the format of libFM and LIBSVM. */
        FEATURE,
        /** Left out. */
        IGNORED
    }

    /** One column. */
    public record Column(String name, Kind kind) {
    }

    /** Checks the columns. */
    public CtrFormat {
        if (separator != '\t' && separator != ',' && separator != ' ') throw new IllegalArgumentException("CtrFormat: the separator must be a tab, a comma or a space");
        columns = List.copyOf(columns);
        if (columns.stream().filter(c -> c.kind == Kind.LABEL).count() != 1) throw new IllegalArgumentException("CtrFormat: exactly one column must be the label");
        if (columns.stream().noneMatch(c -> c.kind != Kind.LABEL && c.kind != Kind.IGNORED)) throw new IllegalArgumentException("CtrFormat: at least one column must be a feature");
        if (new HashSet<>(columns.stream().map(Column::name).toList()).size() < columns.size()) throw new IllegalArgumentException("CtrFormat: two columns have the same name");
    }

    /**
     * Criteo's display advertising data (2014): tabs; the label, 13 numbers I1 to I13 and 26 categories C1 to C26, which may be empty.
     *
     * @param header the published files have none
     */
    public static CtrFormat criteo(boolean header) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("label", Kind.LABEL));
        for (int i = 1; i <= 13; i++) columns.add(new Column("I" + i, Kind.NUMBER));
        for (int i = 1; i <= 26; i++) columns.add(new Column("C" + i, Kind.CATEGORY));
        return new CtrFormat('\t', header, columns, Double.NaN);
    }

    /** The ratings of MovieLens: commas and a header; user, movie and time say whether the rating is at least 4. */
    public static CtrFormat movieLens() {
        return new CtrFormat(',', true, List.of(new Column("userId", Kind.CATEGORY), new Column("movieId", Kind.CATEGORY), new Column("rating", Kind.LABEL),
                new Column("timestamp", Kind.TIME)), 4);
    }

    /** Lines {@code label number:1 number:1 ...} with {@code features} features each, as in the published Frappe; the label is positive or not. */
    public static CtrFormat libFm(int features) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("label", Kind.LABEL));
        for (int i = 1; i <= features; i++) columns.add(new Column("f" + i, Kind.FEATURE));
        return new CtrFormat(' ', false, columns, Double.MIN_VALUE);
    }

    /**
     * The format of a file by its first line: MovieLens by its names; other names where one is {@code label} or {@code click}, of which I1, I2, ...
     * are numbers, {@code id} and {@code row} are left out and the rest are categories; 40 columns without names are Criteo's; a number with
     * {@code number:1} behind it are libFM's.
     *
     * @throws FormatException when it is none of these
     */
    public static CtrFormat of(Path path) throws IOException {
        for (char separator : new char[] {'\t', ',', ' '}) {
            try (FieldReader fields = new FieldReader(path, separator)) {
                if (!fields.next()) throw new FormatException(path, 0, "the file has no line");
                if (fields.count() > 1) return ofFirstLine(fields, separator);
            }
        }
        throw new FormatException(path, 0, "the first line has no tab, comma or space between columns");
    }

    private static CtrFormat ofFirstLine(FieldReader fields, char separator) throws FormatException {
        List<String> names = fields.texts();
        if (separator == ',' && names.equals(movieLens().columns.stream().map(Column::name).toList())) return movieLens();
        if (separator == '\t' && names.size() == 40 && names.getFirst().matches("[01]")) return criteo(false);
        boolean libFm = separator == ' ' && names.size() > 1 && !names.get(1).isEmpty();
        if (libFm && names.stream().skip(1).allMatch(f -> f.matches("\\d+:1(\\.0*)?|"))) return libFm((int) names.stream().skip(1).filter(f -> !f.isEmpty()).count());
        List<Column> columns = new ArrayList<>();
        for (String name : names) {
            Kind kind = name.equals("label") || name.equals("click") ? Kind.LABEL : name.matches("I\\d+") ? Kind.NUMBER : name.equals("id") || name.equals("row") ? Kind.IGNORED : Kind.CATEGORY;
            columns.add(new Column(name, kind));
        }
        try {
            return new CtrFormat(separator, true, columns, Double.NaN);
        } catch (IllegalArgumentException e) {
            throw fields.fail(0, "a line of column names with label or click among them, a line of Criteo's 40 columns, or one of libFM");
        }
    }

    /** The fields that the columns become: their names, in order. */
    public List<String> fields() {
        List<String> fields = new ArrayList<>();
        for (Column column : columns) {
            switch (column.kind) {
                case CATEGORY, NUMBER, FEATURE -> fields.add(column.name);
                case TIME -> fields.addAll(List.of(column.name + " hour", column.name + " weekday"));
                case LABEL, IGNORED -> { }
            }
        }
        return fields;
    }
}
