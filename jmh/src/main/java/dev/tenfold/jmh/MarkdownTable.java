package dev.tenfold.jmh;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** A result file of {@link BenchReport} as the table that the README shows. */
final class MarkdownTable {
    private MarkdownTable() {
    }

    static String of(JsonNode report) {
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
