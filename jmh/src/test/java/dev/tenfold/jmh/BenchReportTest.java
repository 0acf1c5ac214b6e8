package dev.tenfold.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchReportTest {
    private static final Roof ROOF = new Roof(200, 25, 400);
    // 2 * 1000^3 flops in 10 ms: 200 GFLOP/s, half of the roof.
    private static final Measurement GEMM = new Measurement(
            new BenchCase("gemm", "Gemm.multiply", "gemm", "n", "1000", "1000 x 1000", Work.arithmetic(1e6, 2e9)),
            List.of(0.011, 0.010, 0.009), List.of(0.004, 0.006));
    // 1.5 MB in 10 us: 150 GB/s of a cached roof of 200; the peer was not measured.
    private static final Measurement ADD = new Measurement(
            new BenchCase("add", "Elementwise.add", "add", "n", "125000", "125 K", Work.streaming(125_000, 3)),
            List.of(1e-5), List.of());

    @Test
    void theMedianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
        assertEquals(2, Measurement.median(List.of(9.0, 1.0, 2.0)));
        assertEquals(2.5, Measurement.median(List.of(9.0, 1.0, 2.0, 3.0)));
        assertTrue(Double.isNaN(Measurement.median(List.of())));
    }

    @Test
    void theTableShowsMediansThroughputShareAndSpeed() {
        String expected = """
                benchmark  size            ours                   throughput  of roof  PyTorch  speed vs PyTorch
                gemm       1000 x 1000  10.0 ms                  200 GFLOP/s     50 %  5.00 ms            0.50 x
                add        125 K        10.0 us  12.5 G elements/s, 150 GB/s     75 %        -                 -
                """;
        assertEquals(expected, BenchTable.render(List.of(GEMM, ADD), ROOF, true));
        assertFalse(BenchTable.render(List.of(GEMM, ADD), ROOF, false).contains("PyTorch"));
    }

    @Test
    void largeStreamsAreHeldAgainstTheMemoryAndSmallOnesAgainstTheCache() {
        assertEquals(Work.Ceiling.MEMORY, Work.streaming(16 << 20, 3).ceiling());
        assertEquals(Work.Ceiling.CACHE, Work.streaming(64 << 10, 3).ceiling());
    }

    @Test
    void theJsonHoldsEverySampleAndLeavesOutWhatWasNotMeasured(@TempDir Path folder) throws IOException {
        BenchOptions options = new BenchOptions("all", "cpu", true, 2, false, folder.resolve("new/all.json"));
        Machine machine = new Machine("a cpu", 2, "Linux", "JDK", "abc123");
        BenchReport.write(BenchReport.build(options, machine, ROOF, "PyTorch", List.of(GEMM, ADD)), options.out());
        JsonNode json = new ObjectMapper().readTree(options.out().toFile());
        assertEquals("abc123", json.get("commit").asText());
        assertEquals("a cpu", json.get("cpu").asText());
        assertEquals(2, json.get("threads").asInt());
        assertEquals(400, json.get("roof").get("sgemm_gflop_per_second").asDouble());
        JsonNode gemm = json.get("results").get(0);
        assertEquals(0.010, gemm.get("median_seconds").asDouble());
        assertEquals(200, gemm.get("gflop_per_second").asDouble(), 1e-9);
        assertEquals(0.5, gemm.get("share_of_roof").asDouble(), 1e-12);
        assertEquals(0.5, gemm.get("speed_against_peer").asDouble(), 1e-12);
        assertEquals(3, gemm.get("samples_seconds").size());
        JsonNode add = json.get("results").get(1);
        assertEquals(12.5, add.get("giga_elements_per_second").asDouble(), 1e-9);
        assertFalse(add.has("peer_median_seconds") || add.has("speed_against_peer") || add.has("peer_samples_seconds"));
        try (var files = Files.list(options.out().getParent())) {
            assertEquals(List.of(options.out()), files.toList(), "no half-written file stays");
        }
    }

    @Test
    void aResultOfADeviceIsATableWithGraphsAndTypes() throws IOException {
        String table = MarkdownTable.of(new ObjectMapper().readTree("""
                {"device_name": "a card", "architecture": "sm_90a", "date": "2026-11-25T10:00:00Z", "commit": "abc", "peer": "PyTorch 9",
                 "roof": {"copy_gb_per_second": 2500.0, "gemm_bf16_gflop_per_second": 600000.0},
                 "results": [
                  {"benchmark": "gemm", "size": "8 x 8 x 8", "type": "bf16", "median_seconds": 0.002, "graph_median_seconds": 0.001, "peer_median_seconds": 0.003,
                   "speed_against_peer": 1.5, "share_of_roof": 0.8},
                  {"benchmark": "sort", "size": "9", "type": "f32", "state": "failed"}]}"""));
        assertEquals("""
                | benchmark | size | type | Tenfold | as a graph | PyTorch | as a graph | compiled | speed against PyTorch | best to best | share of roof |
                |---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
                | gemm | 8 x 8 x 8 | bf16 | 2.00 ms | 1.00 ms | 3.00 ms | - | - | 1.50 x | - | 80 % |

                Medians of calls on a card (sm_90a), against PyTorch 9, on 2026-11-25, commit abc. Roofs: 2500 GB/s copy in memory, 600 TFLOP/s gemm in bf16.
                """, table);
    }
}
