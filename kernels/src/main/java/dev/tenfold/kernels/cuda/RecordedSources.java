package dev.tenfold.kernels.cuda;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sources that a run asked for, which are known only by running: chains of element-wise operations, say. With
 * {@code -Dtenfold.kernels.record=DIR} a process leaves them in a folder, one file each, to be compiled for a device that is elsewhere.
 */
final class RecordedSources {
    private static final String FILE = ".source";
    private static final Path FOLDER = folder();

    private RecordedSources() {
    }

    private static Path folder() {
        String named = System.getProperty("tenfold.kernels.record");
        return named == null ? null : Path.of(named).toAbsolutePath();
    }

    /** Keeps {@code source} where sources are recorded. */
    static void add(KernelSource source) {
        if (FOLDER == null) return;
        try {
            write(FOLDER, source);
        } catch (IOException e) {
            throw new UncheckedIOException("-Dtenfold.kernels.record=" + FOLDER + " cannot be written to", e);
        }
    }

    static void write(Path folder, KernelSource source) throws IOException {
        Path file = folder.resolve(KernelFolder.key("", source, "") + FILE);
        if (Files.exists(file)) return;
        Files.createDirectories(folder);
        Path temporary = Files.createTempFile(folder, "source", ".tmp");
        try {
            try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(temporary))) {
                text(out, source.file());
                text(out, source.text());
                Map<String, String> headers = new TreeMap<>(source.headers());
                out.writeInt(headers.size());
                for (Map.Entry<String, String> header : headers.entrySet()) {
                    text(out, header.getKey());
                    text(out, header.getValue());
                }
            }
            Files.move(temporary, file);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** The sources in a folder, in the order of their digests; none where it does not exist. */
    static List<KernelSource> in(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) return List.of();
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.filter(f -> f.toString().endsWith(FILE)).sorted().toList();
        }
        List<KernelSource> sources = new ArrayList<>();
        for (Path file : files) {
            try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                String name = text(in);
                String text = text(in);
                Map<String, String> headers = new TreeMap<>();
                for (int left = in.readInt(); left > 0; left--) headers.put(text(in), text(in));
                sources.add(new KernelSource(name, text, headers));
            }
        }
        return sources;
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
