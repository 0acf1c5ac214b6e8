package dev.tenfold.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForksTest {
    // In this JVM and as short as can be: whether it runs, not how fast.
    static final Forks.Effort TOKEN = new Forks.Effort(0, 0, 2, 10);

    @Test
    void aBenchmarkGivesOnePositiveTimePerIteration() throws IOException {
        List<Double> seconds = new Forks(1, TOKEN).run(RoofBenchmark.class.getName() + ".cachedAdd", null, null, 1);
        assertEquals(2, seconds.size());
        for (double s : seconds) assertTrue(s > 0 && s < 10, "seconds per call: " + s);
    }

    @Test
    void aWholeRunPrintsATableAndWritesAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("small.json");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        BenchOptions options = BenchOptions.parse("small", "--threads", "1", "--out", file.toString());
        int code = new BenchMain(options, TOKEN, new PrintStream(out, true), new PrintStream(err, true)).run();
        assertEquals(0, code, err.toString());
        String table = out.toString();
        assertTrue(table.contains("recorded add  16"), table);
        assertTrue(table.contains("M calls/s") && table.contains("roofs: "), table);
        double median = new ObjectMapper().readTree(file.toFile()).get("results").get(0).get("median_seconds").asDouble();
        assertTrue(median > 0 && median < 0.01, "seconds per recorded add: " + median);
    }

    @Test
    void onlyBenchmarksOnTheClassPathArePresent() {
        assertTrue(Forks.present(RoofBenchmark.class.getName() + ".copy"));
        assertFalse(Forks.present(RoofBenchmark.class.getName() + ".cop"));
    }

    @Test
    void anUnknownBenchmarkFailsByName() {
        String message = assertThrows(BenchFailure.class, () -> new Forks(1, TOKEN).run("dev.tenfold.jmh.Nothing.here", null, null, 1))
                .getMessage();
        assertTrue(message.startsWith("dev.tenfold.jmh.Nothing.here failed"), message);
    }
}
