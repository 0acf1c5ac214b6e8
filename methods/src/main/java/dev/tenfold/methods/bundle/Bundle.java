package dev.tenfold.methods.bundle;

import dev.tenfold.kernels.cuda.KernelCache;
import dev.tenfold.kernels.cuda.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes a folder that runs Tenfold on a Linux machine which has nothing but an NVIDIA driver, or no driver either: a Java runtime, the jars, OpenBLAS,
 * compiled kernels, the tests and the benchmarks.
 *
 * <pre>{@code
 * OUT/tenfold        the command line, and selftest
 * OUT/runtime        Java
 * OUT/lib, OUT/tests jars
 * OUT/native         the C++ library, for systems without it
 * OUT/kernels        compiled kernels, and the emulator where it was asked for
 * OUT/bundle.txt     what it is made of
 * }</pre>
 *
 * @param jars          what the command line and the benchmarks run from
 * @param tests         the tests' jars and what they need
 * @param architectures {@code sm_90a} and the like, and {@code emulated} for the emulator
 * @param origin        version and commit in words
 * @param say           takes messages
 */
public record Bundle(List<Path> jars, List<Path> tests, List<String> architectures, String origin, Consumer<String> say) {
    private static final String MARK = "bundle.txt";

    /**
     * Writes it into {@code out}, which must not exist, be empty, or hold an earlier bundle; it is replaced when the new one is whole.
     *
     * @throws IOException when that is not so, or a step fails
     */
    public void write(Path out) throws IOException, InterruptedException {
        if (Files.exists(out) && !isReplaceable(out)) {
            throw new IOException(out + " holds something else than a bundle. Name another --out, or remove it");
        }
        Path whole = out.toAbsolutePath().normalize();
        Path part = whole.resolveSibling("." + whole.getFileName() + ".part");
        remove(part); // of one that was stopped
        Files.createDirectories(part);
        try {
            say.accept("the Java runtime...");
            RuntimeImage.link(part.resolve("runtime"));
            say.accept("the jars...");
            copy(jars, part.resolve("lib"));
            copy(tests, part.resolve("tests"));
            cppLibrary(part.resolve("native"));
            Files.writeString(part.resolve("java.options"), """
                    --add-modules=jdk.incubator.vector
                    --enable-native-access=ALL-UNNAMED
                    --sun-misc-unsafe-memory-access=allow
                    -Djava.awt.headless=true
                    -Dtenfold.commit=%s
                    """.formatted(System.getProperty("tenfold.commit", "unknown")));
            try (InputStream script = Bundle.class.getResourceAsStream("tenfold.sh")) {
                Files.copy(script, part.resolve("tenfold"));
            }
            if (!part.resolve("tenfold").toFile().setExecutable(true, false)) throw new IOException(part + "/tenfold cannot be made executable");
            int kernels = kernels(part);
            Files.writeString(part.resolve(MARK), "Tenfold " + origin + "\nJava " + Runtime.version() + "\n" + kernels + " kernel sources for " + String.join(", ", architectures) + "\n");
            remove(whole);
            Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            remove(part);
        }
    }

    private static boolean isReplaceable(Path out) throws IOException {
        if (!Files.isDirectory(out)) return false;
        try (var files = Files.list(out)) {
            return Files.exists(out.resolve(MARK)) || files.findAny().isEmpty();
        }
    }

    private static void copy(List<Path> jars, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Path jar : jars) BundledJar.copy(jar, folder);
    }

    /** As g++ finds it, which a bundle needs anyway. */
    private static void cppLibrary(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name : List.of("libstdc++.so.6", "libgcc_s.so.1")) {
            Process process = new ProcessBuilder("g++", "-print-file-name=" + name).start();
            Path file = Path.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
            if (!file.isAbsolute() || !Files.exists(file)) throw new IOException("g++ does not know where " + name + " is, which the bundle brings along");
            Files.copy(file.toRealPath(), folder.resolve(name));
        }
    }

    /**
     * Which kernels the tests and the benchmarks ask for is known when they run: they run once, on the emulator, out of the new bundle, which must pass
     * them anyway.
     */
    private int kernels(Path part) throws IOException, InterruptedException {
        Path recorded = Files.createDirectories(part.resolve("recorded"));
        say.accept("the tests, on the emulator, to see which kernels they ask for...");
        run(part, recorded, "selftest", "--device", "cuda");
        say.accept("the benchmarks, likewise...");
        run(part, recorded, "bench", "all", "--device", "cuda", "--sizes", "small");
        say.accept("the kernels for " + String.join(", ", architectures) + "...");
        int kernels = Kernels.ship(part.resolve("kernels"), recorded, architectures);
        remove(recorded);
        remove(part.resolve("cache"));
        return kernels;
    }

    private void run(Path part, Path recorded, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(part.resolve("tenfold").toString()));
        command.addAll(List.of(arguments));
        Path log = part.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("TENFOLD_JAVA_OPTIONS", "-Dtenfold.cuda.emulator=true -Dtenfold.kernels.record=" + recorded
                + " -Dtenfold.cache=" + (KernelCache.root() == null ? "off" : KernelCache.root())); // what was compiled before need not be again
        Process process = builder.start();
        try {
            if (process.waitFor() != 0) throw new IOException("the new bundle failed: tenfold " + String.join(" ", arguments) + "\n" + Files.readString(log).strip());
        } finally {
            process.destroyForcibly();
        }
        Files.readString(log).lines().filter(line -> line.startsWith("PASSED")).forEach(say);
        Files.delete(log);
    }

    private static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(each);
        }
    }

    /** How many bytes are in {@code folder}. */
    public static long bytes(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.mapToLong(each -> each.toFile().isFile() ? each.toFile().length() : 0).sum();
        }
    }

    /** The names that {@code --arch} may have. */
    public static boolean isArchitecture(String name) {
        return name.equals("emulated") || name.matches("sm_\\d{2,3}[af]?");
    }
}
