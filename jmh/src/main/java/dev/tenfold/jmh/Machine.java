package dev.tenfold.jmh;

import dev.tenfold.kernels.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Where and with what the numbers were taken.
 *
 * @param commit the source's commit with {@code +} when files differ from it, or {@code unknown} outside a clone
 */
public record Machine(String cpu, int cores, String system, String jdk, String commit) {
    /** Of this process. */
    public static Machine describe() {
        String jdk = System.getProperty("java.vm.name") + " " + Runtime.version();
        return new Machine(Host.processor(), Runtime.getRuntime().availableProcessors(), Host.system(), jdk, headCommit());
    }

    // A bundle has no clone beside it, and says by the property what it was made from.
    private static String headCommit() {
        String told = System.getProperty("tenfold.commit");
        if (told != null) return told;
        String head = git("rev-parse", "--short=12", "HEAD");
        if (head == null || head.isBlank()) return "unknown";
        String changes = git("status", "--porcelain", "--untracked-files=no");
        return head.strip() + (changes == null || changes.isBlank() ? "" : "+");
    }

    private static String git(String... args) {
        String[] command = new String[args.length + 3];
        command[0] = "git";
        command[1] = "-C";
        command[2] = buildFolder().toString();
        System.arraycopy(args, 0, command, 3, args.length);
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0 ? text : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** The folder that this class was built into: {@code target} or {@code target/peers} of the module. */
    static Path buildFolder() {
        try {
            Path own = Path.of(Machine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            return own.getParent();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where DJL unpacks libtorch (450 MB, once): beside the build, so that {@code mvn clean} removes it. */
    static Path nativeCache() {
        return buildFolder().resolve("djl");
    }
}
