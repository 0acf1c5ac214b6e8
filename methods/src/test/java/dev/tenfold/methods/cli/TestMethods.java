package dev.tenfold.methods.cli;

import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.methods.DataException;
import dev.tenfold.methods.Method;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Plot;
import dev.tenfold.methods.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** Methods that do little, each in its way. */
final class TestMethods {
    @FunctionalInterface
    interface Work {
        void run(Run run) throws IOException;
    }

    private record Named(String name, String title, Work work) implements Method {
        @Override
        public String paper() {
            return "A. Author & B. <Author>, \"On " + name + "\", 2026";
        }

        @Override
        public List<String> operations() {
            return name.equals("second") ? List.of("softmax", "matmul", "linearRecurrence") : List.of("sum");
        }

        @Override
        public void run(Run run) throws IOException {
            work.run(run);
        }
    }

    private TestMethods() {
    }

    static List<Method> all() {
        return List.of(
                new Named("tiny", "Tiny <b>things</b> & others", TestMethods::tiny),
                new Named("second", "The second", run -> run.metric("answer", 42)),
                new Named("slow", "Slow", TestMethods::slow),
                new Named("broken", "Broken", run -> {
                    throw new IllegalStateException("a wheel came off");
                }),
                new Named("misfed", "Misfed", run -> {
                    throw new DataException("train.idx: 3 bytes, but 16 are needed; copy the file again.");
                }),
                new Named("hungry", "Hungry", run -> HostAllocator.get().allocate(1L << 45)),
                new Named("fulldisk", "Full disk", run -> {
                    throw new IOException("No space left on device");
                }));
    }

    private static void tiny(Run run) {
        run.describeData("two <numbers> from seed " + run.seed());
        try (Run.Progress steps = run.progress("counting", 3)) {
            for (int i = 0; i < 3; i++) steps.step("loss " + i);
        }
        run.metric("z.last", 0.1);
        run.metric("a.first", Double.NaN);
        run.claim(new Claim("half", "A half is <i>half</i> & \"half\".", Double.NaN, 0.5, 0.25, true));
        run.claim(new Claim("whole", "Nothing is whole.", 1, 0.75, Double.NaN, false));
        run.section("Section <one>");
        run.text("A paragraph with <script>alert('no')</script>.");
        run.table(new Table("A caption.", List.of("name", "value"), List.of(List.of("<x>", "1.5"), List.of("y", "2"))));
        double[] x = {1, 2, 3, 4};
        run.plot("curves", new Plot("Curves", "step", "loss", false, true, List.of(
                Plot.Series.line("falling", x, new double[] {1, 0.1, 0.01, Double.NaN}),
                new Plot.Series("seen", x, new double[] {0.9, 0.2, 0, 0.02}, Plot.Style.POINTS))));
        run.plot("bars", new Plot("Bars", "class", "count", false, false, List.of(
                new Plot.Series("bars", x, new double[] {3, 1, 4, 1}, Plot.Style.BARS))));
    }

    private static void slow(Run run) throws IOException {
        try (Run.Progress steps = run.progress("sleeping", 10_000)) {
            for (int i = 0; i < 10_000; i++) {
                Thread.sleep(5);
                steps.step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Files.writeString(run.folder().getParent().resolve("finally.txt"), "it ran");
        }
    }

    /** The command line with these methods, for a process of its own. */
    public static void main(String[] args) {
        int code = new Tenfold(all(), Screen.ofProcess()).execute(args);
        if (code != 0) System.exit(code);
    }
}
