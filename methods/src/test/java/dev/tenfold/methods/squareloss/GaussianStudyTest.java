package dev.tenfold.methods.squareloss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.methods.RecordedRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GaussianStudyTest {
    @Test
    void theAcceptanceLinesHoldWithOneRepetition(@TempDir Path folder) throws Exception {
        Blocks blocks = Blocks.count();
        RecordedRun run = new RecordedRun(folder, 2, null);
        new GaussianStudy(1, 2000, 4000, 400, 40).run(run);
        blocks.requireNoMore("study");
        assertEquals(5, run.claims.size());
        run.claims.forEach(c -> assertTrue(c.holds(), c::toString));
        assertTrue(run.metrics.get("gaussian.lr0_05_wd5e_4.ce.train_accuracy") > 0.99);
        assertTrue(run.metrics.get("gaussian.bayes_accuracy") > 0.7 && run.metrics.get("gaussian.bayes_accuracy") < 0.9);
    }
}
