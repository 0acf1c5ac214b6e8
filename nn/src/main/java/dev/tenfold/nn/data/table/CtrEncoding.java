package dev.tenfold.nn.data.table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the fields of a table become feature numbers. Each field has a range of its own in one common space, so that one embedding table
 * serves all: feature {@code offset(f) + i} is value i of field f. It is learned from training files, of which it needs one pass, and used for all.
 */
public final class CtrEncoding {
    /** What numbers become. */
    public enum Bins { LOGARITHMIC, QUANTILES }

    /**
     * Choices.
     *
     * @param minimum how often a text must come to have a number of its own; rarer and unseen texts share number 0 of their field
     * @param buckets 0 for vocabularies; otherwise texts are hashed to so many numbers per field, and nothing is counted
     * @param bins    what numbers become
     * @param count   how many bins, of quantiles
     */
    public record Options(int minimum, int buckets, Bins bins, int count) {
        /** Checks the ranges. */
        public Options {
            if (minimum < 1 || buckets < 0 || count < 1) throw new IllegalArgumentException("CtrEncoding: minimum " + minimum + " and " + count + " bins must be at least 1, " + buckets + " buckets not negative");
        }

        /** Vocabularies of texts that come at least {@code minimum} times, and logarithmic bins. */
        public static Options vocabulary(int minimum) {
            return new Options(minimum, 0, Bins.LOGARITHMIC, 1);
        }

        /** {@code buckets} hash buckets per field, and logarithmic bins. */
        public static Options hashing(int buckets) {
            if (buckets < 1) throw new IllegalArgumentException("CtrEncoding: " + buckets + " buckets; at least 1 is needed");
            return new Options(1, buckets, Bins.LOGARITHMIC, 1);
        }

        /** The same with {@code bins} bins of equally many training numbers each. */
        public Options quantiles(int bins) {
            return new Options(minimum, buckets, Bins.QUANTILES, bins);
        }

        private boolean learnsNothing() {
            return buckets > 0 && bins == Bins.LOGARITHMIC;
        }
    }

    private final CtrFormat format;
    private final FieldEncoder[] encoders;
    private final int[] offsets;

    private CtrEncoding(CtrFormat format, FieldEncoder[] encoders) {
        this.format = format;
        this.encoders = encoders;
        offsets = new int[encoders.length + 1];
        for (int f = 0; f < encoders.length; f++) offsets[f + 1] = Math.addExact(offsets[f], encoders[f].size());
    }

    /**
     * Learns from training files.
     *
     * @throws dev.tenfold.tensor.io.FormatException when a line is not as the format says
     */
    public static CtrEncoding learn(CtrFormat format, Options options, List<Path> files) throws IOException {
        List<FieldEncoder> encoders = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        for (CtrFormat.Column column : format.columns()) {
            int field = encoders.size();
            switch (column.kind()) {
                case CATEGORY, FEATURE -> encoders.add(options.buckets > 0 ? new Hashing(field, options.buckets) : new Vocabulary());
                case NUMBER -> encoders.add(Binning.logarithmic());
                case TIME -> encoders.addAll(List.of(new Range(24), new Range(7)));
                case LABEL, IGNORED -> { }
            }
            while (samples.size() < encoders.size()) samples.add(column.kind() == CtrFormat.Kind.NUMBER && options.bins == Bins.QUANTILES ? new Sample() : null);
        }
        if (!options.learnsNothing()) {
            Learner learner = new Learner(encoders, samples);
            for (Path file : files) {
                try (CtrLines lines = new CtrLines(file, format)) {
                    while (lines.next()) lines.fields(learner);
                }
            }
        }
        FieldEncoder[] learned = new FieldEncoder[encoders.size()];
        for (int f = 0; f < learned.length; f++) {
            learned[f] = samples.get(f) != null ? Binning.quantiles(samples.get(f).values(), options.count)
                    : encoders.get(f) instanceof Vocabulary vocabulary ? vocabulary.finish(options.minimum) : encoders.get(f);
        }
        return new CtrEncoding(format, learned);
    }

    /** Counts texts and gathers numbers. */
    private record Learner(List<FieldEncoder> encoders, List<Sample> samples) implements CtrLines.Sink {
        @Override
        public void text(int field, byte[] bytes, int from, int to) {
            if (encoders.get(field) instanceof Vocabulary vocabulary) vocabulary.count(bytes, from, to);
        }

        @Override
        public void number(int field, double value) {
            Sample sample = samples.get(field);
            if (sample != null && !Double.isNaN(value)) sample.add(value);
        }
    }

    /** At most 2^18 of the numbers of a field: every one, then every second, and so on. */
    private static final class Sample {
        private static final int MOST = 1 << 18;
        private double[] values = new double[64];
        private int size;
        private long stride = 1;
        private long seen;

        void add(double value) {
            if (seen++ % stride != 0) return;
            if (size == MOST) {
                size /= 2;
                for (int i = 0; i < size; i++) values[i] = values[2 * i];
                stride *= 2;
                if ((seen - 1) % stride != 0) return;
            }
            if (size == values.length) values = Arrays.copyOf(values, 2 * size);
            values[size++] = value;
        }

        double[] values() {
            return Arrays.copyOf(values, size);
        }
    }

    /** The format of the files. */
    public CtrFormat format() {
        return format;
    }

    /** How many fields a row has. */
    public int fields() {
        return encoders.length;
    }

    /** How many values field {@code field} has. */
    public int size(int field) {
        return encoders[field].size();
    }

    /** The first feature of field {@code field}; of the number of fields: how many features there are. */
    public int offset(int field) {
        return offsets[field];
    }

    /** How many features all fields have together: the rows of an embedding table. */
    public int features() {
        return offsets[encoders.length];
    }

    int ofText(int field, byte[] bytes, int from, int to) {
        return offsets[field] + encoders[field].ofText(bytes, from, to);
    }

    int ofNumber(int field, double value) {
        return offsets[field] + encoders[field].ofNumber(value);
    }
}
