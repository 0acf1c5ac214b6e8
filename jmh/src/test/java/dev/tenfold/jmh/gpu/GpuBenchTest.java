package dev.tenfold.jmh.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.tensor.Device;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows run, whatever their times: on the emulator, or with {@code -Pgpu} on a device. */
class GpuBenchTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @BeforeAll
    static void openDevice() {
        if (!Boolean.getBoolean("tenfold.test.gpu")) System.setProperty("tenfold.cuda.emulator", "true");
        assumeTrue(Cuda.available(), Cuda::status);
    }

    private static String run(int code, String... args) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] all = new String[args.length + 2];
        all[0] = "--device=cuda";
        all[1] = "--sizes=small";
        System.arraycopy(args, 0, all, 2, args.length);
        assertEquals(code, GpuBench.run(new PrintStream(out, true), all), out::toString);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void everyRowRunsOrSaysWhichKernelIsMissing(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("all.json");
        long blocks = Device.cuda(0).accelerator().allocator().stats().liveBlocks();
        run(0, "all", "--out", file.toString());
        assertEquals(blocks, Device.cuda(0).accelerator().allocator().stats().liveBlocks(), "blocks still live behind the rows");
        JsonNode root = JSON.readTree(file.toFile());
        List<String> names = new ArrayList<>();
        for (JsonNode node : root.path("results")) {
            names.add(node.path("name").asText());
            boolean measured = node.path("state").asText().equals("measured");
            String note = node.path("note").asText("");
            assertTrue(measured ? note.isEmpty() : note.endsWith("has no CUDA kernel yet") || note.contains("TF32"), node::toString);
            if (measured) assertTrue(node.path("median_seconds").asDouble() > 0 && node.path("host_median_seconds").asDouble() > 0, node::toString);
        }
        assertEquals(Rows.of(Rows.Sizes.SMALL).stream().map(Row::name).toList(), names);
        assertEquals(Cuda.device(0).name(), root.path("device_name").asText());
        assertTrue(root.path("roof").path("copy_gb_per_second").asDouble() > 0, root.path("roof")::toString);
    }

    @Test
    void aRunGoesOnBehindARowThatEndedTheProcess(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("streams.json");
        Files.writeString(file, """
                {"results": [{"name": "exp.f32.1000", "state": "running"}, {"name": "add.f32.1000", "state": "measured", "samples_seconds": [3, 5, 4]}]}""");
        String text = run(0, "exp,add,chain", "--resume", "--out", file.toString());
        assertTrue(text.contains("chain.f32.1000") && !text.contains("add.f32.1000"), text);
        JsonNode results = JSON.readTree(file.toFile()).path("results");
        assertEquals(4, results.size(), "the roof's and three");
        assertEquals(4, results.get(1).path("median_seconds").asDouble());
        assertEquals("failed", results.get(2).path("state").asText());
        assertTrue(results.get(2).path("note").asText().contains("the process ended"), results.get(2)::toString);
    }

    @Test
    void theTimeThatIsGivenIsKept(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("none.json");
        assertTrue(run(0, "reduce", "--seconds", "1e-9", "--out", file.toString()).contains("the time is over"));
        assertFalse(Files.exists(file));
    }

    @Test
    void bothSidesComeTogetherInOneTable(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("ours-a.json"), ours("[0.002, 0.004, 0.003]", "[0.0015]"));
        Files.writeString(folder.resolve("ours-b.json"), ours("[0.003, 0.003]", "[0.0015]"));
        Files.writeString(folder.resolve("theirs.json"), """
                {"side": "pytorch", "peer": "PyTorch 9", "results": [
                 {"name": "gemm.f32.512x512x512", "state": "measured", "samples_seconds": [0.006], "graph_samples_seconds": [0.0045]},
                 {"name": "sort.f32.16777216", "state": "failed", "note": "out of memory"}]}""");
        Files.writeString(folder.resolve("another.json"), "{}");
        Path merged = folder.resolve("summary.json");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, GpuSummary.run(new PrintStream(out, true), folder.toString(), merged.toString()));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.lines().anyMatch(l -> l.startsWith("gemm ") && l.contains("512 x 512 x 512") && l.contains("2.00 x") && l.contains("3.00 x") && l.contains("3.00 ms")), text);
        assertTrue(text.contains("sort.f32.16777216, PyTorch: out of memory"), text);
        JsonNode root = JSON.readTree(merged.toFile());
        assertEquals("PyTorch 9", root.path("peer").asText());
        JsonNode gemm = root.path("results").get(0);
        assertEquals(2, gemm.path("speed_against_peer").asDouble(), 1e-12);
        assertEquals(3, gemm.path("best_speed_against_best_peer").asDouble(), 1e-12);
        assertEquals(5, gemm.path("samples_seconds").size());
        assertEquals(2 * Math.pow(512, 3) / 0.002 / 1e9, root.path("roof").path("gemm_f32_gflop_per_second").asDouble(), 1e-6);
    }

    private static String ours(String seconds, String graph) {
        return """
                {"side": "tenfold", "device_name": "a card", "driver": "a driver.", "sizes": "full", "results": [
                 {"name": "gemm.f32.512x512x512", "state": "measured", "samples_seconds": %s, "graph_samples_seconds": %s}]}""".formatted(seconds, graph);
    }
}
