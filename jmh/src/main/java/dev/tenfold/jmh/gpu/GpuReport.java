package dev.tenfold.jmh.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenfold.jmh.Measurement;
import dev.tenfold.jmh.Work;
import dev.tenfold.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The results of a run on a device as JSON, written anew with every row: whatever ends the process, the file has what was measured before. */
final class GpuReport {
    static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode about;
    private final List<Row> rows;
    private final Path file;
    private final Map<String, Result> results = new LinkedHashMap<>();
    private final Roofs roofs = new Roofs();

    /**
     * A report without results.
     *
     * @param about what is told of the run
     * @param rows  what is to be measured
     * @param file  where it is written, or null
     */
    GpuReport(ObjectNode about, List<Row> rows, Path file) {
        this.about = about;
        this.rows = rows;
        this.file = file;
    }

    /** Takes the results over that the file has already. */
    void resume() throws IOException {
        if (!Files.exists(file)) return;
        for (JsonNode node : JSON.readTree(file.toFile()).path("results")) {
            Result known = Result.read(node);
            results.put(known.name(), known);
        }
        for (Row row : rows) if (results.containsKey(row.name())) roofs.see(row, results.get(row.name()).timing());
    }

    synchronized boolean has(Row row) {
        return results.containsKey(row.name());
    }

    synchronized Roofs roofs() {
        return roofs;
    }

    /** Takes a result, in place of an earlier one of the row, and writes the file. */
    synchronized void put(Row row, Result result) {
        results.put(row.name(), result);
        roofs.see(row, result.timing());
        if (file == null) return;
        try {
            write(json(), file);
        } catch (IOException e) {
            throw new UncheckedIOException("the result could not be written to " + file, e);
        }
    }

    private ObjectNode json() {
        ObjectNode root = about.deepCopy();
        roofs.write(root.putObject("roof"));
        var array = root.putArray("results");
        for (Row row : rows) {
            Result result = results.get(row.name());
            if (result == null) continue;
            ObjectNode node = array.addObject();
            describe(node, row);
            medians(node, "", result.timing());
            rates(node, row, result.timing(), roofs);
            result.write(node, "");
        }
        return root;
    }

    /** What a row is, and what a call of it does. */
    static void describe(ObjectNode node, Row row) {
        Workload workload = Workloads.of(row);
        Work work = workload.work().apply(row);
        node.put("name", row.name());
        node.put("group", row.group());
        node.put("benchmark", workload.title());
        node.put("size", row.sizes().replace("x", " x "));
        node.put("type", row.type());
        if (work.bytes() > 0) node.put("bytes", work.bytes());
        if (work.flops() > 0) node.put("operations", work.flops());
    }

    /** Medians of what was measured, each under a name that begins with {@code prefix}. */
    static void medians(ObjectNode node, String prefix, Timing timing) {
        putFinite(node, prefix + "median_seconds", Measurement.median(timing.device()));
        putFinite(node, prefix + "host_median_seconds", Measurement.median(timing.host()));
        putFinite(node, prefix + "graph_median_seconds", Measurement.median(timing.graph()));
        putFinite(node, prefix + "compiled_median_seconds", Measurement.median(timing.compiled()));
        if (!timing.device().isEmpty()) putFinite(node, prefix + "spread", spread(timing.device()));
    }

    /** The greatest time less the least, as a part of the median. */
    private static double spread(List<Double> samples) {
        return (Collections.max(samples) - Collections.min(samples)) / Measurement.median(samples);
    }

    static void rates(ObjectNode node, Row row, Timing timing, Roofs roofs) {
        Work work = Workloads.of(row).work().apply(row);
        double seconds = Measurement.median(timing.device());
        if (work.flops() > 0) putFinite(node, "gflop_per_second", work.flops() / seconds / 1e9);
        if (work.bytes() > 0) putFinite(node, "gb_per_second", work.bytes() / seconds / 1e9);
        putFinite(node, "share_of_roof", roofs.share(row, seconds));
    }

    /** JSON knows no NaN: what was not measured is left out. */
    static void putFinite(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) node.put(name, value);
    }

    /** Writes {@code file} whole or not at all. */
    static void write(ObjectNode report, Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Files.createDirectories(absolute.getParent());
        AtomicFile.writeBytes(absolute, JSON.writeValueAsBytes(report));
    }
}
