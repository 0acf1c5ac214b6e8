package dev.tenfold.methods.cli;

import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.methods.Method;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.report.ReportPage;
import dev.tenfold.methods.report.Study;
import dev.tenfold.tensor.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tenfold run}: runs methods, one after the other, and writes what they found. */
@Command(name = "run", mixinStandardHelpOptions = true, versionProvider = Version.class, usageHelpAutoWidth = true, sortOptions = false,
        description = "Runs a method, or all of them, and writes OUT/METHOD/metrics.json, plots and OUT/report.html.")
final class RunCommand implements Callable<Integer> {
    private final List<Method> methods;
    private final Screen screen;
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "METHOD|all", arity = "1", description = "What to run; tenfold info lists the methods.")
    private String name;
    @Option(names = "--device", paramLabel = "cpu|cuda|cuda:N|auto", defaultValue = "auto",
            description = "Where to compute. auto (default): on a CUDA device where the method's operations all have kernels, on the CPU otherwise.")
    private String device;
    @Option(names = "--scale", paramLabel = "small|full", defaultValue = "small", description = "small: minutes on two cores (default); full: the paper's size, for a large machine.")
    private String scale;
    @Option(names = "--data", paramLabel = "DIR", description = "A folder with a data set as it was published. Without it the data is generated from the seed.")
    private Path data;
    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "From which every random choice follows (default: ${DEFAULT-VALUE}).")
    private String seed;
    @Option(names = "--threads", paramLabel = "N", description = "How many threads compute (default: one per core). The results do not depend on it.")
    private String threads;
    @Option(names = "--out", paramLabel = "DIR", defaultValue = "out", description = "Where the results go (default: ${DEFAULT-VALUE}). Methods that ran before into the same folder stay in the report.")
    private Path out;
    @Option(names = "--verbose", description = "Shows where an error came from.")
    private boolean verbose;

    RunCommand(List<Method> methods, Screen screen) {
        this.methods = methods;
        this.screen = screen;
    }

    boolean verbose() {
        return verbose;
    }

    @Override
    public Integer call() throws IOException {
        List<Method> chosen = chosen();
        DeviceChoice choice = deviceFor(chosen);
        RunSettings settings = new RunSettings(scale(), seed(), threadCount(), data());
        prepareOut();
        WorkerPool.setThreads(settings.threads());
        int code = 0;
        for (Method method : chosen) {
            int outcome = runOne(method, settings, choice.of(method));
            if (outcome == Tenfold.INTERRUPTED) return outcome;
            code = Math.max(code, outcome);
        }
        return code;
    }

    private int runOne(Method method, RunSettings settings, DeviceChoice.Chosen where) throws IOException {
        Path folder = out.resolve(method.name());
        Files.createDirectories(folder);
        try (StopSignal stop = new StopSignal(screen)) {
            MethodRun run = new MethodRun(method, settings, where.device(), folder, screen, stop);
            try (Device.Use there = where.device().use()) {
                screen.say(method.title());
                screen.say("device: " + where);
                Study study = run.perform();
                stop.check();
                study.write(folder);
                Path page = ReportPage.write(out, methods.stream().map(Method::name).toList());
                Summary.print(screen.out(), study, page);
                return 0;
            } catch (Run.Stopped e) {
                screen.say("stopped; no result of " + method.name() + " was written.");
                return Tenfold.INTERRUPTED;
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                if (stop.requested()) { // what breaks when the process goes down is no news
                    screen.say("stopped; no result of " + method.name() + " was written.");
                    return Tenfold.INTERRUPTED;
                }
                screen.fail(method.name(), e, verbose);
                return Tenfold.FAILED;
            } finally {
                deleteIfEmpty(folder);
            }
        }
    }

    private static void deleteIfEmpty(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) return;
        }
        Files.delete(folder);
    }

    // ---- what the user gave ----

    private List<Method> chosen() {
        if (name.equals("all")) return methods;
        List<String> names = methods.stream().map(Method::name).toList();
        for (Method method : methods) {
            if (method.name().equals(name)) return List.of(method);
        }
        String guess = Spelling.nearest(name, names).map(n -> " Did you mean " + n + "?").orElse("");
        throw wrong("no method is called " + name + "." + guess + " There are: " + String.join(", ", names) + " and all");
    }

    private DeviceChoice deviceFor(List<Method> chosen) {
        DeviceChoice choice = new DeviceChoice(device);
        try {
            choice.check(chosen);
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
        return choice;
    }

    private Run.Scale scale() {
        return switch (scale.toLowerCase(Locale.ROOT)) {
            case "small" -> Run.Scale.SMALL;
            case "full" -> Run.Scale.FULL;
            default -> throw wrong("--scale " + scale + ": choose small or full");
        };
    }

    private long seed() {
        try {
            return Long.parseLong(seed);
        } catch (NumberFormatException e) {
            throw wrong("--seed " + seed + ": a whole number is needed, such as 1");
        }
    }

    private int threadCount() {
        if (threads == null) return WorkerPool.threads();
        try {
            int n = Integer.parseInt(threads);
            if (n >= 1 && n <= 1024) return n;
        } catch (NumberFormatException e) {
            // the sentence below serves this too
        }
        throw wrong("--threads " + threads + ": a whole number from 1 to 1024 is needed");
    }

    private Path data() {
        if (data == null || Files.isDirectory(data)) return data;
        throw wrong(Files.exists(data)
                ? "--data " + data + ": this is a file; name the folder that holds the data set's files"
                : "--data " + data + ": there is no such folder. Name one that holds the data set's files, or leave --data out for generated data");
    }

    private void prepareOut() {
        try {
            Files.createDirectories(out);
        } catch (IOException e) {
            throw wrong("--out " + out + ": the folder cannot be made: " + Failure.sentence(e));
        }
        if (!Files.isWritable(out)) throw wrong("--out " + out + ": the folder cannot be written to. Name another");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
