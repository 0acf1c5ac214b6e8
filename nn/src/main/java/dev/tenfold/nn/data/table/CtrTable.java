package dev.tenfold.nn.data.table;

import dev.tenfold.nn.data.io.Allowance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Rows of features with their labels, all in memory. */
public final class CtrTable {
    private static final int MEMORY = 64; // bytes per byte of the file: packed Criteo comes to 2, packed Frappe to 5

    // N rows, F fields
    private final int fields;
    private final int[] features;
    private final byte[] labels;

    /**
     * A table; it takes the arrays over.
     *
     * @param features [n, fields]
     * @param labels   [n], each 0 or 1
     */
    public CtrTable(int fields, int[] features, byte[] labels) {
        if (fields < 1 || (long) fields * labels.length != features.length) {
            throw new IllegalArgumentException("CtrTable: " + features.length + " features are not " + labels.length + " rows of " + fields + " fields");
        }
        this.fields = fields;
        this.features = features;
        this.labels = labels;
    }

    /**
     * All rows of some files.
     *
     * @throws dev.tenfold.tensor.io.FormatException when a line is not as the encoding's format says, or there is none
     * @throws IllegalArgumentException              when the rows do not fit into memory; use {@link CtrReader} and take some at a time
     */
    public static CtrTable read(CtrEncoding encoding, List<Path> files) throws IOException {
        int[] features = new int[0];
        byte[] labels = new byte[0];
        for (Path file : files) {
            try (CtrReader reader = new CtrReader(file, encoding)) {
                Allowance allowance = new Allowance(file, MEMORY);
                for (CtrTable part; (part = reader.next(1 << 16)) != null; ) {
                    long all = (long) features.length + part.features.length;
                    if (all > Integer.MAX_VALUE - 16) throw new IllegalArgumentException("CtrTable: " + file + " has too many rows for one table; read some at a time with CtrReader");
                    allowance.take(4L * part.features.length + part.labels.length);
                    features = join(features, labels.length * part.fields, part.features, part.features.length);
                    labels = Arrays.copyOf(labels, labels.length + part.labels.length);
                    System.arraycopy(part.labels, 0, labels, labels.length - part.labels.length, part.labels.length);
                }
            }
        }
        return new CtrTable(encoding.fields(), Arrays.copyOf(features, labels.length * encoding.fields()), labels);
    }

    private static int[] join(int[] all, int used, int[] part, int count) {
        int[] both = used + count <= all.length ? all : Arrays.copyOf(all, (int) Math.min(Integer.MAX_VALUE - 16, Math.max(2L * all.length, used + count)));
        System.arraycopy(part, 0, both, used, count);
        return both;
    }

    /** How many rows. */
    public int size() {
        return labels.length;
    }

    /** How many fields a row has. */
    public int fields() {
        return fields;
    }

    /** The feature of a field of a row. */
    public int feature(int row, int field) {
        return features[row * fields + field];
    }

    /** 0 or 1. */
    public int label(int row) {
        return labels[row];
    }

    /** The given rows, in that order; a row may come more than once. */
    public CtrTable subset(int[] rows) {
        int[] some = new int[Math.multiplyExact(rows.length, fields)];
        byte[] theirLabels = new byte[rows.length];
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] < 0 || rows[i] >= size()) throw new IndexOutOfBoundsException("CtrTable.subset: row " + rows[i] + " of " + size());
            System.arraycopy(features, rows[i] * fields, some, i * fields, fields);
            theirLabels[i] = labels[rows[i]];
        }
        return new CtrTable(fields, some, theirLabels);
    }

    /** The share of rows whose label is 1. */
    public double positives() {
        long sum = 0;
        for (byte label : labels) sum += label;
        return (double) sum / labels.length;
    }
}
