package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** g++, which makes the emulator and the kernels that run on it. {@code -Dtenfold.gxx=FILE} names another one than the path's. */
final class HostCompiler {
    private static final String COMMAND = System.getProperty("tenfold.gxx", "g++");
    private static final String VERSION = version();

    private HostCompiler() {
    }

    /** What it says of itself, in a line, or null where there is none. */
    static String version() {
        if (VERSION != null) return VERSION;
        try {
            Result said = run(List.of("--version"), null);
            return said.code == 0 ? said.output.lines().findFirst().orElse("g++") : null;
        } catch (IOException absent) {
            return null;
        }
    }

    static final String MISSING = "g++ was not found: install it (apt install g++, dnf install gcc-c++) or name it with -Dtenfold.gxx=FILE";

    /** What a run gave: the exit code, and everything that it printed. */
    record Result(int code, String output) {
    }

    /** Runs g++ in {@code folder} (may be null). */
    static Result run(List<String> arguments, Path folder) throws IOException {
        List<String> command = new ArrayList<>(arguments);
        command.addFirst(COMMAND);
        return run(command, folder, Duration.ofMinutes(5));
    }

    /** Runs a command, and ends it with what it has started when it takes longer than {@code limit}. */
    static Result run(List<String> command, Path folder, Duration limit) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        if (folder != null) builder.directory(folder.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        // Its output ends with it, so that reading cannot last longer than it. The watch is a thread of its own: Process.onExit() needs one of the
        // common pool, all of which may wait here for their compilers.
        AtomicBoolean late = new AtomicBoolean();
        Thread watch = Thread.ofPlatform().daemon().name("tenfold-compiler-watch").start(() -> {
            try {
                if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) return;
                late.set(true);
                end(process);
            } catch (InterruptedException ended) {
                // the reader saw the end first
            }
        });
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (late.get()) throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " seconds");
            return new Result(code, output);
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " ran");
        } finally {
            watch.interrupt();
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Removes a folder of temporary files. */
    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(each);
        }
    }
}
