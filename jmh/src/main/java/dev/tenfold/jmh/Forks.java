package dev.tenfold.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs one benchmark in one fresh JVM and gives the seconds per call of each measured iteration. */
final class Forks {
    /**
     * How long to measure.
     *
     * @param forks   fresh JVMs per side; 0 measures in this one (tests only: its profile is not clean)
     * @param warmups iterations whose times are thrown away
     */
    record Effort(int forks, int warmups, int iterations, long milliseconds) {
        static final Effort FULL = new Effort(3, 4, 5, 500);
        static final Effort QUICK = new Effort(1, 3, 3, 200);
    }

    private final int threads;
    private final Effort effort;
    private final Path log;

    Forks(int threads, Effort effort) throws IOException {
        this.threads = threads;
        this.effort = effort;
        log = Files.createTempFile("tenfold-bench", ".log");
        log.toFile().deleteOnExit();
    }

    /** Whether the class path holds this benchmark. */
    static boolean present(String benchmark) {
        for (BenchmarkListEntry entry : BenchmarkList.defaultList().getAll(OutputFormatFactory.createFormatInstance(
                System.out, VerboseMode.SILENT), List.of())) {
            if (entry.getUsername().equals(benchmark)) return true;
        }
        return false;
    }

    /**
     * Measures {@code benchmark} (its full name) at one size, once.
     *
     * @param warmup the length of the warm-up, as a multiple of the usual one
     * @throws BenchFailure with the end of JMH's output when the fork fails
     */
    List<Double> run(String benchmark, String param, String value, double warmup) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + Pattern.quote(benchmark) + "$")
                .forks(Math.min(1, effort.forks))
                .warmupIterations((int) Math.round(effort.warmups * warmup))
                .warmupTime(TimeValue.milliseconds(effort.milliseconds))
                .measurementIterations(effort.iterations)
                .measurementTime(TimeValue.milliseconds(effort.milliseconds))
                .jvmArgs(jvmArguments())
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL)
                .output(log.toString());
        if (param != null) options = options.param(param, value);
        try {
            Collection<RunResult> results = new Runner(options.build()).run();
            if (results.size() != 1) throw new BenchFailure(benchmark + ": expected one result, JMH gave " + results.size());
            return seconds(results.iterator().next());
        } catch (RunnerException e) {
            throw new BenchFailure(benchmark + " failed" + (param == null ? "" : " with " + param + " = " + value)
                    + ": " + e.getMessage() + "\n" + endOfLog());
        }
    }

    private String[] jvmArguments() {
        String t = Integer.toString(threads);
        return new String[] {
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                // JMH 1.37 reads object layouts by Unsafe; the warning about that would stand in every fork's output.
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx3g", "-Dtenfold.threads=" + t,
                "-Dai.djl.pytorch.num_threads=" + t, "-Dai.djl.pytorch.num_interop_threads=1",
                "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-DDJL_CACHE_DIR=" + Machine.nativeCache(),
        };
    }

    private static List<Double> seconds(RunResult result) {
        BenchmarkParams params = result.getParams();
        double unit = params.getTimeUnit().toNanos(1) * 1e-9;
        List<Double> seconds = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            for (IterationResult iteration : fork.getIterationResults()) {
                seconds.add(iteration.getPrimaryResult().getScore() * unit);
            }
        }
        return seconds;
    }

    private String endOfLog() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return "(JMH's output in " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }
}
