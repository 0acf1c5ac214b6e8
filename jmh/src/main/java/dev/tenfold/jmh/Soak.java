package dev.tenfold.jmh;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code tenfold bench soak}: a million training steps of a small network in a process of its own, whose resident memory must stay flat
 * after the first tenth. Java's heap is fixed and touched from the start, so that only what is really lost makes the process grow.
 */
public final class Soak {
    /** Resident memory may end this much above that after the first tenth. */
    private static final double GROWTH = 1.03;
    private static final int CHECKPOINTS = 10;
    private static final int DEFAULT_STEPS = 1_000_000;
    private static final String USAGE = "tenfold bench soak [--steps N]";

    private Soak() {
    }

    /** Runs the steps in another process, which writes to this one's output; the exit code is 0, 1 when memory grew, or 2 for wrong arguments. */
    static int run(PrintStream err, String... args) {
        int steps = DEFAULT_STEPS;
        if (args.length != 0) {
            try {
                if (args.length != 2 || !args[0].equals("--steps")) throw new NumberFormatException();
                steps = Integer.parseInt(args[1]);
                if (steps < CHECKPOINTS) throw new NumberFormatException();
            } catch (NumberFormatException e) {
                err.println("bench: soak takes --steps N, at least " + CHECKPOINTS + ".\nUsage: " + USAGE);
                return 2;
            }
        }
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-cp", System.getProperty("java.class.path"),
                Soak.class.getName(), Integer.toString(steps));
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (IOException e) {
            err.println("bench: no process could be started: " + e.getMessage());
            return 1;
        }
    }

    /** The process: the number of steps is its argument. */
    public static void main(String[] args) throws IOException {
        int steps = Integer.parseInt(args[0]);
        System.out.println("     steps   steps/s   resident    live blocks   held from the system");
        long first = 0;
        long last = 0;
        try (Scope all = Scope.open(); Mlp net = new Mlp(new Generator(1), 4, 16, 3); Adam adam = new Adam(net, 1e-3)) {
            Generator generator = new Generator(2);
            Tensor x = generator.normal(DType.F32, Shape.of(8, 4), 0, 1);
            Tensor labels = generator.integers(DType.I64, 0, 3, 8);
            for (int checkpoint = 1; checkpoint <= CHECKPOINTS; checkpoint++) {
                int count = steps / CHECKPOINTS;
                long start = System.nanoTime();
                for (int step = 0; step < count; step++) {
                    try (Scope scope = Scope.open()) {
                        Autograd.backward(Losses.crossEntropy(net.forward(x), labels));
                        adam.step();
                    }
                }
                double seconds = (System.nanoTime() - start) * 1e-9;
                MemoryStats stats = HostAllocator.get().stats();
                last = resident();
                if (checkpoint == 1) first = last;
                System.out.printf("%10d %9.0f %6.1f MiB %14d %18.1f KiB%n", (long) checkpoint * count, count / seconds, last / 1024.0, stats.liveBlocks(),
                        stats.heldBytes() / 1024.0);
            }
        }
        if (last > first * GROWTH) {
            System.err.printf("bench: resident memory grew from %d KiB to %d KiB%n", first, last);
            System.exit(1);
        }
        System.out.printf("resident memory stayed flat: %.1f %% after the first tenth%n", 100.0 * (last - first) / first);
    }

    /** Resident memory in KiB, where the system tells it; otherwise what is held for tensors. */
    private static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) return HostAllocator.get().stats().heldBytes() >> 10;
        for (String line : Files.readAllLines(status)) if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", ""));
        throw new IOException("no VmRSS in " + status);
    }
}
