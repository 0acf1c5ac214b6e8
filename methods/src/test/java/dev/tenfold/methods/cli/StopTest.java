package dev.tenfold.methods.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C, and a polite kill, in a process of its own. */
@DisabledOnOs(OS.WINDOWS)
class StopTest {
    @TempDir
    Path folder;

    private Process start(Path log, String... properties) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new java.util.ArrayList<>(List.of(java.toString(), "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TestMethods.class.getName(),
                "run", "slow", "--out", folder.resolve("out").toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    private static void waitFor(Path log, String text) throws IOException, InterruptedException {
        for (int i = 0; i < 600 && !Files.readString(log).contains(text); i++) Thread.sleep(50);
        assertTrue(Files.readString(log).contains(text), Files.readString(log));
    }

    /** Whether this process was started with SIGINT ignored, as shells do in the background: its children inherit that. */
    private static boolean interruptIsIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) return false;
        String ignored = Files.readAllLines(status).stream().filter(line -> line.startsWith("SigIgn:")).findFirst().orElse("SigIgn: 0");
        return (Long.parseUnsignedLong(ignored.substring(7).strip(), 16) & 1L << 1) != 0;
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void ctrlCStopsAtTheNextStepAndLeavesNothingHalf(String signal, int code) throws Exception {
        assumeFalse(signal.equals("INT") && interruptIsIgnored(), "this build runs with SIGINT ignored");
        Path log = folder.resolve("log");
        Process process = start(log, "-Dtenfold.columns=80"); // with a bar, which draws at once
        waitFor(log, "sleeping");
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process goes on");
        String said = Files.readString(log);
        assertEquals(code, process.exitValue(), said);
        assertTrue(said.contains("stopping after the current step"), said);
        assertTrue(said.contains("stopped; no result of slow was written."), said);
        assertFalse(said.contains("\tat "), said);
        try (var files = Files.list(folder.resolve("out"))) {
            assertEquals(List.of("finally.txt"), files.map(f -> f.getFileName().toString()).toList());
        }
    }
}
