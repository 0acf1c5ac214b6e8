package dev.tenfold.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Asks the driver's library, before any class that needs it is touched: JavaCPP's bindings fail slowly without a driver, and for ever.
 * A library that is loaded from an absolute path under the driver's name serves the bindings as well.
 *
 * @param devices  how many devices can be used
 * @param sentence without devices why, in one sentence; otherwise the driver in words
 * @param library  the driver's library; null without devices
 */
record DriverProbe(int devices, String sentence, SymbolLookup library) {
    /** CUDA 12.0, which the drivers from 525 on bring: older ones refuse the code that NVRTC 12 makes. */
    private static final int OLDEST = 12000;
    private static final int NO_DEVICE = 100;
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final String NAME = WINDOWS ? "nvcuda.dll" : "libcuda.so.1";
    private static final String CPU = "; the CPU is used.";
    // Most machines answer this, so it costs nothing to say: the first + between strings takes Java 15 ms.
    private static final String ABSENT = WINDOWS ? "CUDA is not there: no NVIDIA driver (nvcuda.dll) is installed" + CPU
            : "CUDA is not there: no NVIDIA driver (libcuda.so.1) is installed" + CPU;

    static DriverProbe run() {
        if (System.getProperty("os.name").startsWith("Mac")) return none("CUDA does not exist for macOS" + CPU);
        String path = System.getProperty("tenfold.cuda.driver");
        try {
            if (Boolean.getBoolean("tenfold.cuda.emulator")) return emulator();
            if (path == null) return ask(SymbolLookup.libraryLookup(NAME, Arena.global()), "");
            Path file = Path.of(path);
            if (!file.isAbsolute()) return none("CUDA cannot be used: -Dtenfold.cuda.driver=" + path + " must be an absolute path" + CPU);
            if (!Files.isReadable(file)) return none("CUDA cannot be used: -Dtenfold.cuda.driver=" + path + " does not exist" + CPU);
            return ask(SymbolLookup.libraryLookup(file, Arena.global()), " from " + path);
        } catch (IllegalArgumentException absent) {
            return none(path == null ? ABSENT : "CUDA cannot be used: -Dtenfold.cuda.driver=" + path + " is not a library that loads here" + CPU);
        } catch (Throwable e) {
            return none("CUDA cannot be used: asking the driver failed with " + e + CPU);
        }
    }

    private static DriverProbe emulator() throws Throwable {
        Path folder;
        try {
            folder = EmulatorBuild.folder();
        } catch (IllegalStateException e) {
            return none("CUDA's emulator cannot be used: " + e.getMessage() + CPU);
        }
        // The bindings ask for both by name, and find these, which are there already.
        SymbolLookup.libraryLookup(folder.resolve(EmulatorBuild.RUNTIME), Arena.global());
        return ask(SymbolLookup.libraryLookup(folder.resolve(EmulatorBuild.DRIVER), Arena.global()), " of the emulator");
    }

    private static DriverProbe none(String sentence) {
        return new DriverProbe(0, sentence, null);
    }

    private static DriverProbe ask(SymbolLookup library, String origin) throws Throwable {
        for (String name : new String[] {"cuDriverGetVersion", "cuInit", "cuDeviceGetCount", "cuGetErrorName"}) {
            if (library.find(name).isEmpty()) return none("CUDA cannot be used: " + NAME + origin + " has no function " + name + CPU);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT);
            int code = (int) function(library, "cuDriverGetVersion", ADDRESS).invokeExact(result);
            int version = result.get(JAVA_INT, 0);
            if (code == 0 && version < OLDEST) {
                return none("CUDA cannot be used: the NVIDIA driver" + origin + " is made for CUDA " + words(version)
                        + ", and Tenfold needs 525 or newer (CUDA 12.0): update the driver" + CPU);
            }
            if (code == 0) code = (int) function(library, "cuInit", JAVA_INT).invokeExact(0);
            if (code == 0) code = (int) function(library, "cuDeviceGetCount", ADDRESS).invokeExact(result);
            int count = code == 0 ? result.get(JAVA_INT, 0) : 0;
            if (code == NO_DEVICE || code == 0 && count == 0) {
                return none("CUDA has a driver" + origin + " (CUDA " + words(version) + "), but no device that this process may see" + CPU);
            }
            if (code != 0) return none("CUDA cannot be used: the driver" + origin + " does not start, error " + code + name(library, code, arena) + CPU);
            return new DriverProbe(count, "driver for CUDA " + words(version) + origin, library);
        }
    }

    private static MethodHandle function(SymbolLookup library, String name, MemoryLayout argument) {
        return Linker.nativeLinker().downcallHandle(library.find(name).orElseThrow(), FunctionDescriptor.of(JAVA_INT, argument));
    }

    private static String words(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    private static String name(SymbolLookup library, int code, Arena arena) throws Throwable {
        MethodHandle getName = Linker.nativeLinker().downcallHandle(library.find("cuGetErrorName").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
        MemorySegment text = arena.allocate(ADDRESS);
        if ((int) getName.invokeExact(code, text) != 0) return "";
        MemorySegment start = text.get(ADDRESS, 0);
        return start.address() == 0 ? "" : " " + start.reinterpret(200).getString(0);
    }
}
