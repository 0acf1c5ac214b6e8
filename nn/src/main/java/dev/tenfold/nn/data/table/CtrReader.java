package dev.tenfold.nn.data.table;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Reads a file of rows some at a time, for files that are larger than memory. */
public final class CtrReader implements AutoCloseable {
    private final CtrLines lines;
    private final CtrEncoding encoding;
    private boolean any;

    /** Opens {@code path}, packed by gzip or not. */
    public CtrReader(Path path, CtrEncoding encoding) throws IOException {
        this.encoding = encoding;
        lines = new CtrLines(path, encoding.format());
    }

    /**
     * The next rows, at most {@code most}; null at the end of the file.
     *
     * @throws FormatException when a line is not as the format says, or the file has no row at all
     */
    public CtrTable next(int most) throws IOException {
        int fields = encoding.fields();
        if (most < 1 || (long) most * fields > Integer.MAX_VALUE - 16) throw new IllegalArgumentException("CtrReader.next: " + most + " rows of " + fields + " fields; 1 to " + (Integer.MAX_VALUE - 16) / fields + " rows are possible");
        Row row = new Row(encoding, fields);
        byte[] labels = new byte[64];
        int n = 0;
        while (n < most && lines.next()) {
            if (n == labels.length) labels = Arrays.copyOf(labels, Math.min(most, 2 * n));
            labels[n] = (byte) lines.label();
            row.begin(n++, most);
            lines.fields(row);
        }
        if (n == 0 && !any) throw lines.fail("a row");
        any = true;
        return n == 0 ? null : new CtrTable(fields, Arrays.copyOf(row.features, n * fields), Arrays.copyOf(labels, n));
    }

    /** Takes the features of the rows. */
    private static final class Row implements CtrLines.Sink {
        private final CtrEncoding encoding;
        private final int fields;
        private int[] features;
        private int start;

        Row(CtrEncoding encoding, int fields) {
            this.encoding = encoding;
            this.fields = fields;
            features = new int[64 * fields];
        }

        void begin(int row, int most) {
            start = row * fields;
            if (start + fields > features.length) features = Arrays.copyOf(features, (int) Math.min((long) most * fields, 2L * features.length));
        }

        @Override
        public void text(int field, byte[] bytes, int from, int to) {
            features[start + field] = encoding.ofText(field, bytes, from, to);
        }

        @Override
        public void number(int field, double value) {
            features[start + field] = encoding.ofNumber(field, value);
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
