package dev.tenfold.autograd.forked;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a main class wrote in a JVM of its own.
 *
 * @param out its standard output
 * @param err its standard error
 */
record Fork(String out, String err) {
    static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** Runs {@code main} with the tests' class path; it must end with 0 within three minutes. */
    static Fork run(Class<?> main, List<String> flags, String... args) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("tenfold-fork");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try {
            assertTrue(process.waitFor(180, TimeUnit.SECONDS), () -> main + " did not end");
            Fork fork = new Fork(Files.readString(out), Files.readString(err));
            assertEquals(0, process.exitValue(), fork.err());
            return fork;
        } finally {
            process.destroyForcibly();
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
            Files.deleteIfExists(folder);
        }
    }

    /** How often {@code text} was written to standard error. */
    int errorsNaming(String text) {
        return err.split(java.util.regex.Pattern.quote(text), -1).length - 1;
    }
}
