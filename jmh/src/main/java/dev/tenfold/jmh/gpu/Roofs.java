package dev.tenfold.jmh.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenfold.jmh.Work;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** What the device reaches at best in this run: bytes a second of a copy in its memory, operations a second of the best product of each type. */
final class Roofs {
    private double copy;
    private final Map<String, Double> products = new TreeMap<>();

    /** Takes note of a row's best time. */
    void see(Row row, Timing timing) {
        if (timing.device().isEmpty()) return;
        Work work = Workloads.of(row).work().apply(row);
        double rate = work.rate(Collections.min(timing.device()));
        if (row.group().equals("roof")) copy = Math.max(copy, rate);
        if (row.group().equals("gemm")) products.merge(row.type(), rate, Math::max);
    }

    /** The share of its roof that a row reaches in that time; NaN where the roof is not known. */
    double share(Row row, double seconds) {
        Work work = Workloads.of(row).work().apply(row);
        double roof = work.ceiling() == Work.Ceiling.MEMORY ? copy : products.getOrDefault(row.type(), 0.0);
        return roof == 0 ? Double.NaN : work.rate(seconds) / roof;
    }

    void write(ObjectNode node) {
        if (copy > 0) node.put("copy_gb_per_second", copy);
        products.forEach((type, rate) -> node.put("gemm_" + type + "_gflop_per_second", rate));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("roofs: ").append(copy > 0 ? Math.round(copy) + " GB/s copy in memory" : "copy not measured");
        products.forEach((type, rate) -> text.append(", ").append(Math.round(rate / 100) / 10.0).append(" TFLOP/s gemm in ").append(type));
        return text.toString();
    }
}
