package dev.tenfold.methods.bundle;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;

/** A Java runtime of the modules that Tenfold, its tests and its benchmarks need, made by jlink out of the JDK that runs this. */
final class RuntimeImage {
    private static final List<String> MODULES = List.of("java.base", "java.desktop", "java.instrument", "java.logging", "java.management", "java.sql", "java.xml",
            "jdk.incubator.vector", "jdk.management", "jdk.unsupported", "jdk.zipfs");

    private RuntimeImage() {
    }

    /**
     * Links it into {@code folder}, which must not exist.
     *
     * @throws IOException when this Java has no jlink, or jlink refuses
     */
    static void link(Path folder) throws IOException {
        ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow(() -> new IOException("this Java has no jlink: a bundle is made with a whole JDK"));
        StringWriter said = new StringWriter();
        // Not compressed: what packs the bundle does that better, and it starts faster.
        int code = jlink.run(new PrintWriter(said), new PrintWriter(said), "--add-modules", String.join(",", MODULES), "--strip-debug", "--no-header-files",
                "--no-man-pages", "--compress", "zip-0", "--output", folder.toString());
        if (code != 0) throw new IOException("jlink failed: " + said.toString().strip());
    }
}
