package dev.tenfold.nn.data.table;

import dev.tenfold.nn.data.io.FieldReader;
import dev.tenfold.nn.data.table.CtrFormat.Column;
import dev.tenfold.nn.data.table.CtrFormat.Kind;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;

/** The rows of a file in a {@link CtrFormat}, one after another. */
final class CtrLines implements AutoCloseable {
    /** Takes the fields of a row. */
    interface Sink {
        void text(int field, byte[] bytes, int from, int to);

        /** NaN for a missing number. */
        void number(int field, double value);
    }

    private static final double LATEST = 1L << 40; // seconds; about the year 36812

    private final FieldReader fields;
    private final CtrFormat format;
    private final Column[] columns;
    private boolean begun;
    private int label;

    CtrLines(Path path, CtrFormat format) throws IOException {
        this.format = format;
        columns = format.columns().toArray(Column[]::new);
        fields = new FieldReader(path, format.separator());
    }

    /** Reads the next row and its label; false at the end. */
    boolean next() throws IOException {
        if (!begun && format.header()) readHeader();
        begun = true;
        if (!fields.next()) return false;
        int count = fields.count();
        // libFM's lines may end with a space
        boolean trailing = format.separator() == ' ' && count == columns.length + 1 && fields.from(count - 1) == fields.to(count - 1);
        if (!trailing) fields.expect(columns.length);
        for (int i = 0; i < columns.length; i++) if (columns[i].kind() == Kind.LABEL) label = readLabel(i);
        return true;
    }

    private void readHeader() throws IOException {
        if (!fields.next()) throw new FormatException(fields.path(), 0, "the file has no line; names of columns are expected in the first one");
        fields.expect(columns.length);
        for (int i = 0; i < columns.length; i++) if (!fields.text(i).equals(columns[i].name())) throw fields.fail(i, "the name \"" + columns[i].name() + "\"");
    }

    private int readLabel(int column) throws FormatException {
        double value = fields.number(column);
        if (!Double.isNaN(format.threshold())) return value >= format.threshold() ? 1 : 0;
        if (value != 0 && value != 1) throw fields.fail(column, "a label 0 or 1");
        return (int) value;
    }

    /** 0 or 1. */
    int label() {
        return label;
    }

    /** Hands the fields of the row over. */
    void fields(Sink sink) throws FormatException {
        int field = 0;
        for (int i = 0; i < columns.length; i++) {
            switch (columns[i].kind()) {
                case CATEGORY -> {
                    for (int k = fields.from(i); k < fields.to(i); k++) {
                        if (fields.bytes()[k] < 0) {
                            fields.text(i); // fails where it is no UTF-8
                            break;
                        }
                    }
                    sink.text(field++, fields.bytes(), fields.from(i), fields.to(i));
                }
                case FEATURE -> sink.text(field++, fields.bytes(), fields.from(i), endOfFeature(i));
                case NUMBER -> sink.number(field++, fields.from(i) == fields.to(i) ? Double.NaN : fields.number(i));
                case TIME -> {
                    double seconds = fields.number(i);
                    if (!(seconds >= 0 && seconds < LATEST)) throw fields.fail(i, "seconds since 1970");
                    long hours = (long) seconds / 3600;
                    sink.number(field++, hours % 24);
                    sink.number(field++, (hours / 24 + 3) % 7); // the first of January 1970 was a Thursday
                }
                case LABEL, IGNORED -> { }
            }
        }
    }

    private int endOfFeature(int column) throws FormatException {
        byte[] line = fields.bytes();
        int at = fields.from(column);
        int to = fields.to(column);
        while (at < to && line[at] >= '0' && line[at] <= '9') at++;
        boolean one = at > fields.from(column) && at + 1 < to && line[at] == ':' && line[at + 1] == '1';
        for (int i = at + 2; i < to && one; i++) one = line[i] == (i == at + 2 ? '.' : '0');
        if (!one) throw fields.fail(column, "a feature number with :1 behind it");
        return at;
    }

    /** The error that the row is not {@code expected}. */
    FormatException fail(String expected) {
        return fields.fail(0, expected);
    }

    @Override
    public void close() throws IOException {
        fields.close();
    }
}
