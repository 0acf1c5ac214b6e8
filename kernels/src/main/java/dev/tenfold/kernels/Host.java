package dev.tenfold.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine in words, as a reader of results needs them. */
public final class Host {
    private Host() {
    }

    /** The processor's name where the system tells it, otherwise its architecture. */
    public static String processor() {
        Path info = Path.of("/proc/cpuinfo");
        if (Files.isReadable(info)) {
            try (var lines = Files.lines(info)) {
                return lines.filter(l -> l.startsWith("model name")).map(l -> l.substring(l.indexOf(':') + 1).strip())
                        .findFirst().orElse("unnamed processor");
            } catch (IOException e) {
                return "unnamed processor";
            }
        }
        return System.getProperty("os.arch") + " processor";
    }

    /** The operating system's name and version, and the architecture. */
    public static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch");
    }

    /** Processor, cores, system and Java. */
    public static String describe() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, " + system() + ", Java " + Runtime.version();
    }
}
