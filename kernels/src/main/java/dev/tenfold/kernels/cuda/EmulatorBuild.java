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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Builds the CPU-side driver of {@code src-cuda/emulator} once per machine, with g++: a {@code libcuda.so.1}, and beside it an empty
 * {@code libcudart.so.12}, which JavaCPP's bindings ask for and Tenfold does not use.
 */
final class EmulatorBuild {
    private static final List<String> HEADERS = List.of("abi.h", "block.h", "driver.h", "entry.h", "fiber.h", "shared.h", "watch.h");
    private static final List<String> UNITS = List.of("access", "block", "capture", "device", "errors", "fiber", "grid", "launches", "memory", "module", "order",
            "shared", "stream", "warp", "watch");
    private static final List<String> OPTIONS = List.of("-std=c++17", "-O2", "-fPIC", "-fvisibility=hidden", "-pthread", "-Wall", "-I..");
    static final String DRIVER = "libcuda.so.1";
    static final String RUNTIME = "libcudart.so.12";

    private EmulatorBuild() {
    }

    /**
     * The folder with both libraries, built where they are not there yet.
     *
     * @throws IllegalStateException when g++ is missing or refuses, with what to do
     */
    static Path folder() {
        String compiler = HostCompiler.version();
        if (compiler == null) throw new IllegalStateException("the emulator is built when it is first used, and " + HostCompiler.MISSING);
        try {
            Path root = KernelCache.root();
            if (root == null) root = Files.createTempDirectory("tenfold");
            Path folder = root.resolve("emulator").resolve(digest(compiler));
            if (!Files.exists(folder.resolve(DRIVER))) build(folder);
            return folder;
        } catch (IOException e) {
            throw new IllegalStateException("the emulator cannot be built: " + e.getMessage() + "; -Dtenfold.cache=DIR names a folder that can be written to", e);
        }
    }

    private static String digest(String compiler) {
        MessageDigest digest = KernelCache.sha256();
        digest.update((compiler + OPTIONS).getBytes(StandardCharsets.UTF_8));
        for (String header : HEADERS) digest.update(DeviceSources.read("emulator/" + header).getBytes(StandardCharsets.UTF_8));
        for (String unit : UNITS) digest.update(DeviceSources.read("emulator/" + unit + ".cpp").getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest.digest(), 0, 12);
    }

    /** Everything is made in a folder of its own and given its name at the end: of several processes one wins, and all find it whole. */
    private static void build(Path folder) throws IOException {
        Files.createDirectories(folder.getParent());
        Path work = Files.createTempDirectory(folder.getParent(), "build");
        try {
            Path sources = Files.createDirectories(work.resolve("src/emulator"));
            for (String header : HEADERS) Files.writeString(sources.resolve(header), DeviceSources.read("emulator/" + header));
            for (String unit : UNITS) Files.writeString(sources.resolve(unit + ".cpp"), DeviceSources.read("emulator/" + unit + ".cpp"));
            compile(sources);
            List<String> link = new ArrayList<>(List.of("-shared", "-pthread", "-Wl,-soname," + DRIVER, "-o", DRIVER));
            for (String unit : UNITS) link.add(unit + ".o");
            link.add("-ldl");
            run(link, sources);
            Files.writeString(sources.resolve("runtime.map"), RUNTIME + " { global: *; };\n");
            Files.writeString(sources.resolve("runtime.cpp"), "extern \"C\" int tenfold_emulator_has_no_cuda_runtime() { return 0; }\n");
            run(List.of("-shared", "-fPIC", "-Wl,-soname," + RUNTIME, "-Wl,--version-script=runtime.map", "-o", RUNTIME, "runtime.cpp"), sources);
            Path made = Files.createDirectories(work.resolve("made"));
            for (String library : List.of(RUNTIME, DRIVER)) Files.move(sources.resolve(library), made.resolve(library));
            try {
                Files.move(made, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.exists(folder.resolve(DRIVER))) throw e;
            }
        } finally {
            HostCompiler.remove(work);
        }
    }

    private static void compile(Path sources) throws IOException {
        List<CompletableFuture<Void>> units = new ArrayList<>();
        for (String unit : UNITS) {
            List<String> arguments = new ArrayList<>(OPTIONS);
            arguments.addAll(List.of("-c", unit + ".cpp", "-o", unit + ".o"));
            units.add(CompletableFuture.runAsync(() -> {
                try {
                    run(arguments, sources);
                } catch (IOException e) {
                    throw new CompletionException(e);
                }
            }));
        }
        try {
            CompletableFuture.allOf(units.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw new IOException(e.getCause().getMessage(), e);
        }
    }

    private static void run(List<String> arguments, Path folder) throws IOException {
        HostCompiler.Result result = HostCompiler.run(arguments, folder);
        if (result.code() != 0) throw new IOException("g++ " + String.join(" ", arguments) + " failed:\n" + result.output().strip());
    }
}
