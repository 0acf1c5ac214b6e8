package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.tenfold.kernels.WorkerPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bits of a training do not depend on the number of threads, on the process, or on having been interrupted. */
class DeterminismTest {
    @TempDir
    Path folder;

    @Test
    void trainingsEndWithTheSameBitsOnAnyNumberOfThreadsInAnyProcessAndAfterAnInterruption() throws Exception {
        List<String> expected = digests(1);
        assertEquals(Training.Kind.values().length, expected.stream().distinct().count());
        assertEquals(expected, digests(2), "two threads");
        assertEquals(expected, TrainingProcess.run(List.of("-Dtenfold.threads=3"), "digests"), "another process, three threads");
        for (Training.Kind kind : Training.Kind.values()) {
            try (Training training = new Training(kind)) {
                training.steps(3);
                training.save(folder.resolve(kind.name()));
                String there = training.digest();
                training.step();
                assertNotEquals(there, training.digest());
            }
        }
        assertEquals(expected, TrainingProcess.run(List.of("-Dtenfold.threads=2"), "resume", folder.toString()), "resumed within an epoch by another process");
    }

    private static List<String> digests(int threads) {
        int before = WorkerPool.threads();
        try {
            WorkerPool.setThreads(threads);
            List<String> lines = new ArrayList<>();
            for (Training.Kind kind : Training.Kind.values()) {
                try (Training training = new Training(kind)) {
                    training.steps(TrainingProcess.STEPS);
                    lines.add(kind + " " + training.digest());
                }
            }
            return lines;
        } finally {
            WorkerPool.setThreads(before);
        }
    }
}
