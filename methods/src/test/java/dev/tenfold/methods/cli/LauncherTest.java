package dev.tenfold.methods.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script where it can be tried without a build. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "tenfold").toAbsolutePath().normalize();
    @TempDir
    Path folder;

    private record Outcome(int code, String said) {
    }

    private static Outcome run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), said);
    }

    private static void program(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    // A JDK as far as the script looks: two programs and a release file.
    private static void fakeJdk(Path jdk, String version) throws IOException {
        program(jdk.resolve("bin/java"), "exit 9");
        program(jdk.resolve("bin/javac"), "exit 9");
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private Path copyOfScript(String name) throws IOException {
        Path home = Files.createDirectories(folder.resolve(name));
        Path copy = Files.copy(SCRIPT, home.resolve("tenfold"));
        // Without the places of this machine, whatever Java it has.
        Files.writeString(copy, Files.readString(copy).replace("/usr/lib/jvm/* /usr/java/* /usr/jdk/* /opt/java/*", "")
                .replace("/Library/Java/JavaVirtualMachines/*/Contents/Home", ""));
        copy.toFile().setExecutable(true);
        return copy;
    }

    @Test
    void theScriptIsPlainShell() throws Exception {
        assertEquals(new Outcome(0, ""), run(Map.of("PATH", "/usr/bin:/bin"), "sh", "-n", SCRIPT.toString()));
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws Exception {
        Path old = folder.resolve("old jdk");
        fakeJdk(old, "17.0.1");
        Outcome outcome = run(Map.of("PATH", "/nowhere", "JAVA_HOME", old.toString(), "HOME", "/nonexistent"),
                "/bin/sh", copyOfScript("a clone").toString(), "info");
        assertEquals(1, outcome.code(), outcome.said());
        assertTrue(outcome.said().contains("Tenfold needs a JDK 25 or newer"), outcome.said());
        assertTrue(outcome.said().contains("There is " + old + " (Java 17), which is too old."), outcome.said());
        assertTrue(outcome.said().contains("JAVA_HOME"), outcome.said());
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws Exception {
        Path jdk = folder.resolve("home/.sdkman/candidates/java/26.0.1");
        fakeJdk(jdk, "26.0.1");
        Path tools = folder.resolve("tools"); // all that the script uses, but no mvn
        for (String tool : new String[] {"find", "sort", "cksum", "cat", "mkdir"}) program(tools.resolve(tool), "PATH=/usr/bin:/bin; exec " + tool + " \"$@\"");
        Path script = copyOfScript("a clone");
        Files.createDirectories(script.resolveSibling("kernels/src/main"));
        Files.writeString(script.resolveSibling("kernels/pom.xml"), "<project/>");
        Files.writeString(script.resolveSibling("pom.xml"), "<project/>");
        Outcome outcome = run(Map.of("PATH", tools.toString(), "HOME", folder.resolve("home").toString()), "/bin/sh", script.toString(), "info");
        assertEquals(1, outcome.code(), outcome.said());
        assertTrue(outcome.said().contains("Maven (mvn), which was not found. Install Maven 3.8"), outcome.said());
    }
}
