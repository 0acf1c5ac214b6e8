package dev.tenfold.kernels.cuda;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/**
 * Where NVRTC lies: {@code -Dtenfold.nvrtc=/path/libnvrtc.so.12}, or the jar {@code org.bytedeco:cuda-redist} on the class path, or the
 * system's libraries.
 *
 * @param symbols the library; null when there is none
 * @param origin  where it was found, in words; what is missing, when it was not
 */
record NvrtcLibrary(SymbolLookup symbols, String origin) {
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final String[] NAMES = WINDOWS ? new String[] {"nvrtc64_120_0.dll", "nvrtc64_130_0.dll"} : new String[] {"libnvrtc.so.12", "libnvrtc.so.13"};
    private static final String BUILTINS = WINDOWS ? "nvrtc-builtins64_129.dll" : "libnvrtc-builtins.so.12.9";
    private static final String MISSING = "NVRTC, the compiler of CUDA kernels, is not there: add org.bytedeco:cuda-redist for this system to the class path"
            + " (build with -Pgpu-redist), install CUDA's libnvrtc 12, or name its file with -Dtenfold.nvrtc=FILE";

    static NvrtcLibrary find() {
        String named = System.getProperty("tenfold.nvrtc");
        if (named != null) return ofFile(Path.of(named));
        try {
            Path bundled = unpack();
            if (bundled != null) return new NvrtcLibrary(load(bundled), "from org.bytedeco:cuda-redist");
        } catch (IOException | RuntimeException | LinkageError e) {
            return new NvrtcLibrary(null, "NVRTC could not be unpacked from org.bytedeco:cuda-redist: " + e.getMessage());
        }
        for (String name : NAMES) {
            try {
                return new NvrtcLibrary(SymbolLookup.libraryLookup(name, Arena.global()), "of the system (" + name + ")");
            } catch (IllegalArgumentException absent) {
                // the next name
            }
        }
        return new NvrtcLibrary(null, MISSING);
    }

    private static NvrtcLibrary ofFile(Path file) {
        if (!Files.isReadable(file)) return new NvrtcLibrary(null, "-Dtenfold.nvrtc=" + file + " does not exist");
        try {
            return new NvrtcLibrary(load(file.toAbsolutePath()), "from " + file);
        } catch (IllegalArgumentException e) {
            return new NvrtcLibrary(null, "-Dtenfold.nvrtc=" + file + " is not a library that loads here");
        }
    }

    /** NVRTC looks for its built-in functions by a bare name when it first compiles: they are loaded from beside it before. */
    private static SymbolLookup load(Path file) {
        Path builtins = file.resolveSibling(BUILTINS);
        if (Files.isReadable(builtins)) SymbolLookup.libraryLookup(builtins, Arena.global());
        return SymbolLookup.libraryLookup(file, Arena.global());
    }

    private static Path unpack() throws IOException {
        // By the loader, which sees the jar from a named module too.
        ClassLoader loader = NvrtcLibrary.class.getClassLoader();
        String folder = "org/bytedeco/cuda/" + Loader.getPlatform() + "/";
        URL packed = loader.getResource(folder + NAMES[0]);
        if (packed == null) return null;
        URL builtins = loader.getResource(folder + BUILTINS);
        if (builtins != null) Loader.cacheResource(builtins);
        File library = Loader.cacheResource(packed);
        return library == null ? null : library.toPath();
    }
}
