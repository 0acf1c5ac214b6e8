package dev.tenfold.jmh.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenfold.jmh.BenchTable;
import dev.tenfold.jmh.Measurement;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** {@code tenfold bench summary DIR}: the result files of both sides in a folder as one file and one table. */
public final class GpuSummary {
    static final String USAGE = "tenfold bench summary DIR [FILE.json]";
    private static final String OURS = "tenfold";
    private static final String PEER = "pytorch";
    private static final String[] HEADINGS = {"benchmark", "size", "type", "ours", "graph", "host", "rate", "of roof", "PyTorch", "its graph", "compiled", "ratio", "best to best"};

    private final Map<String, Result> ours = new LinkedHashMap<>();
    private final Map<String, Result> peer = new LinkedHashMap<>();
    private final Roofs roofs = new Roofs();
    private ObjectNode about;
    private String peerName;

    private GpuSummary() {
    }

    /**
     * Prints the table of a folder, and writes FILE.json where it is named.
     *
     * @throws IllegalArgumentException when the arguments make no sense, or the folder has no results
     */
    public static int run(PrintStream out, String... args) throws IOException {
        if (args.length < 1 || args.length > 2) throw new IllegalArgumentException("bench: summary takes a folder with results.\nUsage: " + USAGE);
        Path folder = Path.of(args[0]);
        if (!Files.isDirectory(folder)) throw new IllegalArgumentException("bench: " + folder + " is no folder.\nUsage: " + USAGE);
        GpuSummary summary = new GpuSummary();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) summary.take(file);
        }
        if (summary.about == null) throw new IllegalArgumentException("bench: " + folder + " has no result of Tenfold's side");
        List<Row> rows = Rows.of(Rows.Sizes.valueOf(summary.about.path("sizes").asText("full").toUpperCase(Locale.ROOT)));
        for (Row row : rows) Stream.of(summary.ours, summary.peer).filter(side -> side.containsKey(row.name())).forEach(side -> summary.roofs.see(row, side.get(row.name()).timing()));
        out.print(summary.table(rows));
        if (args.length == 2) GpuReport.write(summary.json(rows), Path.of(args[1]));
        return 0;
    }

    /** Files of neither side, such as an earlier summary, are passed over. */
    private void take(Path file) throws IOException {
        JsonNode root = GpuReport.JSON.readTree(file.toFile());
        String side = root.path("side").asText();
        if (!side.equals(OURS) && !side.equals(PEER)) return;
        if (side.equals(OURS) && about == null) about = ((ObjectNode) root).deepCopy().without(List.of("side", "results", "roof"));
        if (side.equals(PEER) && peerName == null) peerName = root.path("peer").asText();
        for (JsonNode node : root.path("results")) {
            Result result = Result.read(node);
            (side.equals(OURS) ? ours : peer).merge(result.name(), result, Result::and);
        }
    }

    private ObjectNode json(List<Row> rows) {
        ObjectNode root = about.deepCopy();
        if (peerName != null) root.put("peer", peerName);
        roofs.write(root.putObject("roof"));
        var array = root.putArray("results");
        for (Row row : rows) {
            Result our = ours.get(row.name());
            Result their = peer.get(row.name());
            if (our == null && their == null) continue;
            ObjectNode node = array.addObject();
            GpuReport.describe(node, row);
            if (our != null) {
                GpuReport.medians(node, "", our.timing());
                GpuReport.rates(node, row, our.timing(), roofs);
            }
            if (their != null) GpuReport.medians(node, "peer_", their.timing());
            if (our != null && their != null) {
                GpuReport.putFinite(node, "speed_against_peer", ratio(our.timing().device(), their.timing().device()));
                GpuReport.putFinite(node, "best_speed_against_best_peer", best(their.timing()) / best(our.timing()));
            }
            if (our != null) our.write(node, "");
            if (their != null) their.write(node, "peer_");
        }
        return root;
    }

    private String table(List<Row> rows) {
        List<String[]> lines = new ArrayList<>(Collections.singleton(HEADINGS));
        List<String> notes = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (Row row : rows) {
            if (!ours.containsKey(row.name()) && !peer.containsKey(row.name())) {
                left.add(row.name());
                continue;
            }
            Result our = ours.getOrDefault(row.name(), Result.skipped(row, null));
            Result their = peer.getOrDefault(row.name(), Result.skipped(row, null));
            lines.add(line(row, our.timing(), their.timing()));
            if (our.note() != null) notes.add(row.name() + ", Tenfold: " + firstLine(our.note()));
            if (their.note() != null) notes.add(row.name() + ", PyTorch: " + firstLine(their.note()));
        }
        StringBuilder text = new StringBuilder();
        text.append(about.path("device_name").asText()).append(", ").append(about.path("driver").asText()).append(" Commit ").append(about.path("commit").asText()).append(", ")
                .append(peerName == null ? "no peer" : peerName).append('\n').append(roofs).append("\n\n").append(BenchTable.align(lines));
        text.append("\nMedians of a call on the device; host: until it is enqueued. ratio: PyTorch's time to ours, both eager. best to best: the least of eager, graph and compiled.\n");
        if (!notes.isEmpty()) text.append('\n').append(String.join("\n", notes)).append('\n');
        if (!left.isEmpty()) text.append("\nMeasured on neither side: ").append(String.join(", ", left)).append('\n');
        return text.toString();
    }

    private String[] line(Row row, Timing our, Timing their) {
        double seconds = Measurement.median(our.device());
        Workload workload = Workloads.of(row);
        return new String[] {workload.title(), row.sizes().replace("x", " x "), row.type(), time(our.device()), time(our.graph()), time(our.host()),
            our.isEmpty() ? "-" : workload.work().apply(row).describe(seconds), number(100 * roofs.share(row, seconds), "%.0f %%"),
            time(their.device()), time(their.graph()), time(their.compiled()), number(ratio(our.device(), their.device()), "%.2f x"), number(best(their) / best(our), "%.2f x")};
    }

    /** The JSON has the whole. */
    private static String firstLine(String note) {
        return note.lines().findFirst().orElse("");
    }

    private static double ratio(List<Double> our, List<Double> their) {
        return Measurement.median(their) / Measurement.median(our);
    }

    /** The least median; NaN of nothing. */
    private static double best(Timing timing) {
        return DoubleStream.of(Measurement.median(timing.device()), Measurement.median(timing.graph()), Measurement.median(timing.compiled()))
                .filter(Double::isFinite).min().orElse(Double.NaN);
    }

    private static String time(List<Double> samples) {
        return BenchTable.time(Measurement.median(samples));
    }

    private static String number(double value, String format) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    }
}
