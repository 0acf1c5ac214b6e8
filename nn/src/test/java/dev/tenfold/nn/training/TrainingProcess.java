package dev.tenfold.nn.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.kernels.WorkerPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Trains in a process of its own and prints what the tests look at. */
public final class TrainingProcess {
    static final int STEPS = 5;

    private TrainingProcess() {
    }

    /** The lines that {@code what} printed in a new JVM. */
    static List<String> run(List<String> flags, String... what) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TrainingProcess.class.getName()));
        command.addAll(List.of(what));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        List<String> lines = process.inputReader().lines().toList();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        return lines;
    }

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "digests" -> Stream.of(Training.Kind.values()).forEach(TrainingProcess::digest);
            case "resume" -> resume(Path.of(args[1]));
            default -> Stream.of(Training.Kind.values()).forEach(TrainingProcess::memory);
        }
    }

    private static void digest(Training.Kind kind) {
        try (Training training = new Training(kind)) {
            training.steps(STEPS);
            System.out.println(kind + " " + training.digest());
        }
    }

    /** Goes on from the checkpoints in {@code folder}, which were taken after three steps. */
    private static void resume(Path folder) throws IOException {
        for (Training.Kind kind : Training.Kind.values()) {
            try (Training training = new Training(kind)) {
                training.restore(folder.resolve(kind.name()));
                training.steps(STEPS - 3);
                System.out.println(kind + " " + training.digest());
            }
        }
    }

    /** What is held for a training of one kind, and for its live set, in bytes. */
    private static void memory(Training.Kind kind) {
        WorkerPool.setThreads(1);
        HostAllocator allocator = HostAllocator.get();
        allocator.trim();
        try (Training training = new Training(kind)) {
            training.steps(2);
            allocator.resetPeak();
            training.steps(4);
            MemoryStats stats = allocator.stats();
            System.out.println(kind + " " + stats.heldBytes() + " " + stats.peakRequestedBytes());
        }
    }
}
