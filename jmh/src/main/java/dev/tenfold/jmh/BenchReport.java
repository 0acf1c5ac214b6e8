package dev.tenfold.jmh;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenfold.kernels.NativeLibraries;
import dev.tenfold.tensor.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The results as JSON, with what is needed to judge them later: machine, threads, commit, roofs, every sample. */
final class BenchReport {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private BenchReport() {
    }

    static ObjectNode build(BenchOptions options, Machine machine, Roof roof, String peer, List<Measurement> measurements) {
        ObjectNode root = JSON.createObjectNode();
        root.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        root.put("commit", machine.commit());
        root.put("device", options.device());
        root.put("cpu", machine.cpu());
        root.put("cores", machine.cores());
        root.put("system", machine.system());
        root.put("jdk", machine.jdk());
        root.put("openblas", NativeLibraries.openBlas());
        root.put("threads", options.threads());
        root.put("quick", options.quick());
        if (peer != null) root.put("peer", peer);
        ObjectNode roofs = root.putObject("roof");
        roofs.put("cache_gb_per_second", roof.cacheGigabytes());
        roofs.put("memory_gb_per_second", roof.memoryGigabytes());
        if (roof.gigaflops() > 0) roofs.put("sgemm_gflop_per_second", roof.gigaflops());
        ArrayNode results = root.putArray("results");
        for (Measurement m : measurements) add(results.addObject(), m, roof);
        return root;
    }

    private static void add(ObjectNode node, Measurement m, Roof roof) {
        Work work = m.row().work();
        node.put("benchmark", m.row().title());
        node.put("method", m.row().method());
        node.put("size", m.row().size());
        double ours = m.ourMedian();
        putFinite(node, "median_seconds", ours);
        if (work.flops() > 0) putFinite(node, "gflop_per_second", work.flops() / ours / 1e9);
        if (work.bytes() > 0) {
            putFinite(node, "gb_per_second", work.bytes() / ours / 1e9);
            putFinite(node, "giga_elements_per_second", work.elements() / ours / 1e9);
        }
        putFinite(node, "share_of_roof", roof.share(work, ours));
        putFinite(node, "peer_median_seconds", m.peerMedian());
        putFinite(node, "speed_against_peer", m.speedAgainstPeer());
        putSamples(node, "samples_seconds", m.ours());
        putSamples(node, "peer_samples_seconds", m.peer());
    }

    // JSON knows no NaN: what was not measured is left out.
    private static void putFinite(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) node.put(name, value);
    }

    private static void putSamples(ObjectNode node, String name, List<Double> samples) {
        if (samples.isEmpty()) return;
        ArrayNode array = node.putArray(name);
        for (double s : samples) array.add(s);
    }

    /** Writes {@code file} whole or not at all. */
    static void write(ObjectNode report, Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Files.createDirectories(absolute.getParent());
        AtomicFile.writeBytes(absolute, JSON.writeValueAsBytes(report));
    }
}
