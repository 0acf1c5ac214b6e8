package dev.tenfold.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForksTest {
    // In this JVM and as short as can be: whether it runs, not how fast.
    static final Forks.Effort TOKEN = new Forks.Effort(0, 0, 2, 10);

    @Test
    void aBenchmarkGivesOnePositiveTimePerIteration() throws IOException {
        List<Double> seconds = new Forks(1, TOKEN).run(RoofBenchmark.class.getName() + ".cachedAdd", null, null);
        assertEquals(2, seconds.size());
        for (double s : seconds) assertTrue(s > 0 && s < 10, "seconds per call: " + s);
    }

    @Test
    void onlyBenchmarksOnTheClassPathArePresent() {
        assertTrue(Forks.present(RoofBenchmark.class.getName() + ".copy"));
        assertFalse(Forks.present(RoofBenchmark.class.getName() + ".cop"));
    }

    @Test
    void anUnknownBenchmarkFailsByName() {
        String message = assertThrows(BenchFailure.class, () -> new Forks(1, TOKEN).run("dev.tenfold.jmh.Nothing.here", null, null))
                .getMessage();
        assertTrue(message.startsWith("dev.tenfold.jmh.Nothing.here failed"), message);
    }
}
