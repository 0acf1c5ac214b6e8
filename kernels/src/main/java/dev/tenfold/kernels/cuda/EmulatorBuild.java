package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Builds the CPU-side driver of {@code src-cuda/emulator} once per machine, with g++: a {@code libcuda.so.1}, beside it an empty
 * {@code libcudart.so.12}, which JavaCPP's bindings ask for and Tenfold does not use, and the object file that every kernel's image has in it.
 */
final class EmulatorBuild {
    private static final String CHECKS = "#include \"emulator/checks.cpp\"\n";
    /** What is compiled in one piece: the standard library's headers take longer than our texts. The driver's two pieces and the images' part at the same time. */
    private static final List<String> PARTS = List.of(
            including("fiber", "block", "access", "warp", "shared", "grid", "module", "launches"),
            including("watch", "memory", "tensormap", "device", "stream", "capture", "order", "errors"), CHECKS);
    private static final List<String> OPTIONS = List.of("-std=c++17", "-O2", "-fPIC", "-fvisibility=hidden", "-pthread", "-Wall", "-I.");
    /** The standard library inside, where there is one to put inside: then the driver runs on a machine without g++ as well. */
    private static final List<String> ALONE = List.of("-static-libstdc++", "-static-libgcc");
    static final String DRIVER = "libcuda.so.1";
    static final String RUNTIME = "libcudart.so.12";
    static final String IMAGE_PART = "image.o";
    /** Everything that is built; the driver comes last. */
    private static final List<String> PRODUCTS = List.of(RUNTIME, IMAGE_PART, DRIVER);
    private static Path built;

    private EmulatorBuild() {
    }

    private static String including(String... units) {
        StringBuilder text = new StringBuilder();
        for (String unit : units) text.append("#include \"emulator/").append(unit).append(".cpp\"\n");
        return text.toString();
    }

    /**
     * The folder with what is built: the one that came with {@code -Dtenfold.kernels}, or one of the cache, built where it is not there yet.
     *
     * @throws IllegalStateException when g++ is missing or refuses, with what to do
     */
    static synchronized Path folder() {
        if (built != null && isWhole(built)) return built;
        Path shipped = KernelCache.shippedPath() == null ? null : shipped(KernelCache.shippedPath());
        if (shipped != null && isWhole(shipped)) return built = shipped;
        if (HostCompiler.version() == null) throw new IllegalStateException("the emulator is built when it is first used, and " + HostCompiler.MISSING);
        try {
            Path folder = place(KernelCache.root(), Sources.DIGEST);
            if (!isWhole(folder)) build(folder);
            return built = folder;
        } catch (IOException e) {
            throw new IllegalStateException("the emulator cannot be built: " + e.getMessage() + "; -Dtenfold.cache=DIR names a folder that can be written to", e);
        }
    }

    /** Names everything that is built from: the texts, the compiler, its options. */
    static String digest() {
        return Sources.DIGEST;
    }

    private static final class Sources {
        static final Map<String, String> TEXTS = new TreeMap<>();
        static final String DIGEST;

        static {
            for (String part : PARTS) TEXTS.putAll(DeviceSources.headers(part));
            DIGEST = of(String.valueOf(HostCompiler.version()));
        }

        static String of(String compiler) {
            MessageDigest digest = KernelFolder.sha256();
            for (Object part : List.of(compiler, OPTIONS, ALONE, PARTS, TEXTS)) digest.update(part.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 12);
        }
    }

    /** The build's folder below {@code root}; one that lasts as long as the process where that is null, or lacks the build and cannot be written to. */
    static Path place(Path root, String digest) throws IOException {
        Path folder = root == null ? null : root.resolve("emulator").resolve(digest);
        return folder != null && (isWhole(folder) || canBeMade(folder)) ? folder : temporary();
    }

    /** Puts what is built into {@code kernels}, a folder of shipped kernels. */
    static void ship(Path kernels) throws IOException {
        Path from = folder();
        Path folder = Files.createDirectories(shipped(kernels));
        for (String each : PRODUCTS) Files.copy(from.resolve(each), folder.resolve(each), StandardCopyOption.REPLACE_EXISTING);
    }

    /** Whoever built it: kernels compiled for another text of the emulator would not fit. */
    private static Path shipped(Path kernels) {
        return kernels.resolve("emulator").resolve(Sources.of("shipped"));
    }

    private static boolean isWhole(Path folder) {
        return PRODUCTS.stream().allMatch(each -> Files.exists(folder.resolve(each)));
    }

    private static boolean canBeMade(Path folder) {
        try {
            return Files.isWritable(Files.createDirectories(folder));
        } catch (IOException e) {
            return false;
        }
    }

    private static Path temporary() throws IOException {
        Path folder = Files.createTempDirectory("tenfold");
        folder.toFile().deleteOnExit();
        for (String each : PRODUCTS) folder.resolve(each).toFile().deleteOnExit();
        return folder;
    }

    /** Files get their names when they are whole, the driver last: of several processes that build at once, each finds what it needs. */
    private static void build(Path folder) throws IOException {
        Path work = Files.createTempDirectory(folder, "build");
        try {
            for (Map.Entry<String, String> source : Sources.TEXTS.entrySet()) {
                Path file = work.resolve(source.getKey());
                Files.createDirectories(file.getParent());
                Files.writeString(file, source.getValue());
            }
            List<String> objects = compiled(work);
            Files.move(work.resolve(objects.removeLast()), work.resolve(IMAGE_PART));
            link(objects, work);
            Files.writeString(work.resolve("runtime.map"), RUNTIME + " { global: *; };\n");
            Files.writeString(work.resolve("runtime.cpp"), "extern \"C\" int tenfold_emulator_has_no_cuda_runtime() { return 0; }\n");
            run(List.of("-shared", "-fPIC", "-Wl,-soname," + RUNTIME, "-Wl,--version-script=runtime.map", "-o", RUNTIME, "runtime.cpp"), work);
            for (String each : PRODUCTS) Files.move(work.resolve(each), folder.resolve(each), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            HostCompiler.remove(work);
        }
    }

    private static void link(List<String> objects, Path work) throws IOException {
        List<String> link = new ArrayList<>(List.of("-shared", "-pthread", "-Wl,-soname," + DRIVER, "-o", DRIVER));
        link.addAll(objects);
        link.add("-ldl");
        List<String> alone = new ArrayList<>(link);
        alone.addAll(ALONE);
        if (HostCompiler.run(alone, work).code() != 0) run(link, work);
    }

    /** Compiles all parts at once, and returns their object files. */
    private static List<String> compiled(Path work) throws IOException {
        List<String> objects = new ArrayList<>();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(PARTS.size())) {
            for (String part : PARTS) {
                String name = "part" + objects.size();
                Files.writeString(work.resolve(name + ".cpp"), part);
                objects.add(name + ".o");
                List<String> arguments = new ArrayList<>(OPTIONS);
                arguments.addAll(List.of("-c", name + ".cpp", "-o", name + ".o"));
                running.add(threads.submit(() -> {
                    run(arguments, work);
                    return null;
                }));
            }
            for (Future<?> each : running) each.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        return objects;
    }

    private static void run(List<String> arguments, Path folder) throws IOException {
        HostCompiler.Result result = HostCompiler.run(arguments, folder);
        if (result.code() != 0) throw new IOException("g++ " + String.join(" ", arguments) + " failed:\n" + result.output().strip());
    }
}
