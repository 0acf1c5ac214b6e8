package dev.tenfold.tensor.op;

import java.util.ArrayList;
import java.util.List;

/** Every operation with its samples. An operation that is not listed here is not tested, and the contract test says so. */
public final class Catalogue {
    /**
     * One operation.
     *
     * @param name    the operation's name; its float64 reference in the tests has the same
     * @param samples at least one
     */
    public record Entry(String name, List<Sample> samples) {
        public Entry {
            if (samples.isEmpty()) throw new IllegalArgumentException(name + " has no samples");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Catalogue() {
    }

    /** All entries. */
    public static List<Entry> all() {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry("sum", Sum.samples()));
        return List.copyOf(entries);
    }
}
