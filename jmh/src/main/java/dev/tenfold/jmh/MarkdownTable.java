package dev.tenfold.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A result file of {@link BenchReport}, or of a run on a device, as the table that the README shows. */
final class MarkdownTable {
    private MarkdownTable() {
    }

    static String of(JsonNode report) {
        return report.has("device_name") ? ofDevice(report) : ofHost(report);
    }

    /** A file of {@code tenfold bench summary}: rows that were measured. */
    private static String ofDevice(JsonNode report) {
        StringBuilder text = new StringBuilder("| benchmark | size | type | Tenfold | as a graph | PyTorch | as a graph | compiled | speed against PyTorch | best to best | share of roof |\n"
                + "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        for (JsonNode row : report.path("results")) {
            if (!row.has("median_seconds")) continue;
            List<String> cells = new ArrayList<>();
            for (String name : new String[] {"benchmark", "size", "type"}) cells.add(row.path(name).asText());
            for (String name : new String[] {"median", "graph_median", "peer_median", "peer_graph_median", "peer_compiled_median"}) cells.add(time(row.path(name + "_seconds")));
            cells.add(number(row.path("speed_against_peer"), "%.2f x", 1));
            cells.add(number(row.path("best_speed_against_best_peer"), "%.2f x", 1));
            cells.add(number(row.path("share_of_roof"), "%.0f %%", 100));
            text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
        text.append("\nMedians of calls on ").append(report.path("device_name").asText()).append(" (").append(report.path("architecture").asText()).append("), against ")
                .append(report.path("peer").asText("nothing")).append(", on ").append(report.path("date").asText(), 0, 10).append(", commit ").append(report.path("commit").asText())
                .append(". Roofs: ").append(Work.digits(report.path("roof").path("copy_gb_per_second").asDouble())).append(" GB/s copy in memory");
        report.path("roof").properties().forEach(roof -> {
            if (roof.getKey().startsWith("gemm_")) text.append(", ").append(Work.digits(roof.getValue().asDouble() / 1e3)).append(" TFLOP/s gemm in ").append(roof.getKey().split("_")[1]);
        });
        return text.append(".\n").toString();
    }

    private static String ofHost(JsonNode report) {
        StringBuilder text = new StringBuilder("| benchmark | size | Tenfold | PyTorch | speed against PyTorch | share of roof |\n|---|---|---:|---:|---:|---:|\n");
        for (JsonNode row : report.path("results")) {
            text.append("| ").append(row.path("benchmark").asText()).append(" | ").append(row.path("size").asText());
            text.append(" | ").append(time(row.path("median_seconds"))).append(" | ").append(time(row.path("peer_median_seconds")));
            text.append(" | ").append(number(row.path("speed_against_peer"), "%.2f x", 1)).append(" | ").append(number(row.path("share_of_roof"), "%.0f %%", 100)).append(" |\n");
        }
        JsonNode roof = report.path("roof");
        text.append("\nMedians of one run with ").append(report.path("threads").asInt()).append(" threads on ").append(report.path("cores").asInt()).append(" cores of an ")
                .append(report.path("cpu").asText()).append(" (").append(report.path("system").asText()).append("), ").append(report.path("jdk").asText()).append(", against ")
                .append(report.path("peer").asText()).append(", on ").append(report.path("date").asText(), 0, 10).append(", commit ").append(report.path("commit").asText());
        text.append(". Roofs: ").append(Work.digits(roof.path("cache_gb_per_second").asDouble())).append(" GB/s in the first-level cache, ")
                .append(Work.digits(roof.path("memory_gb_per_second").asDouble())).append(" GB/s copy in memory, ")
                .append(Work.digits(roof.path("sgemm_gflop_per_second").asDouble())).append(" GFLOP/s sgemm.\n");
        return text.toString();
    }

    private static String time(JsonNode seconds) {
        return seconds.isMissingNode() ? "-" : BenchTable.time(seconds.asDouble());
    }

    private static String number(JsonNode value, String format, double factor) {
        return value.isMissingNode() ? "-" : String.format(Locale.ROOT, format, factor * value.asDouble());
    }
}
