package dev.tenfold.jmh.gpu;

import java.util.LinkedHashMap;
import java.util.Map;

/** Every kind of row. A new one is an entry in the class of its family, its twin in {@code peers.py}, and a line in {@code rows.txt}. */
final class Workloads {
    private static final Map<String, Workload> ALL = new LinkedHashMap<>();

    static {
        Streams.addTo(ALL);
        Products.addTo(ALL);
        Norms.addTo(ALL);
        Indices.addTo(ALL);
        Steps.addTo(ALL);
    }

    private Workloads() {
    }

    static Map<String, Workload> all() {
        return ALL;
    }

    static Workload of(Row row) {
        Workload workload = ALL.get(row.kind());
        if (workload == null) throw new IllegalArgumentException("rows.txt has the kind " + row.kind() + ", which Workloads does not have");
        return workload;
    }
}
