package dev.tenfold.methods.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine in words. */
final class Machine {
    private Machine() {
    }

    /** Processor, cores, system and Java, as a reader of results needs them. */
    static String describe() {
        return processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores, " + system() + ", Java " + Runtime.version();
    }

    static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch");
    }

    static String processor() {
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
}
