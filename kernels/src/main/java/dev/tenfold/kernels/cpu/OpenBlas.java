package dev.tenfold.kernels.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenfold.kernels.memory.JavaCppAccounting;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;

/**
 * The OpenBLAS library that JavaCPP unpacks, called by address: a call takes tens of nanoseconds and makes no object.
 * It is told once to use one thread; the tiling over threads is ours.
 */
final class OpenBlas {
    static final int ROW_MAJOR = 101;
    static final int COLUMN_MAJOR = 102;
    static final int NO_TRANSPOSE = 111;
    static final int TRANSPOSE = 112;
    static final int UPPER = 121;
    static final int LOWER = 122;
    static final int NON_UNIT = 131;
    static final int UNIT = 132;
    static final int LEFT = 141;
    static final int RIGHT = 142;

    private static final SymbolLookup LIBRARY = load();

    static final MethodHandle SGEMM = gemm("cblas_sgemm", JAVA_FLOAT);
    static final MethodHandle DGEMM = gemm("cblas_dgemm", JAVA_DOUBLE);
    static final MethodHandle STRSM = trsm("cblas_strsm", JAVA_FLOAT);
    static final MethodHandle DTRSM = trsm("cblas_dtrsm", JAVA_DOUBLE);

    private OpenBlas() {
    }

    private static SymbolLookup load() {
        JavaCppAccounting.off();
        try {
            SymbolLookup library = SymbolLookup.libraryLookup(unpack(), Arena.global());
            MethodHandle setThreads = Linker.nativeLinker().downcallHandle(library.findOrThrow("openblas_set_num_threads"),
                    FunctionDescriptor.ofVoid(JAVA_INT));
            setThreads.invokeExact(1);
            return library;
        } catch (Throwable e) {
            throw new IllegalStateException("OpenBLAS could not be loaded: " + e.getMessage()
                    + ". The artifact org.bytedeco:openblas with this platform's classifier must be on the class path", e);
        }
    }

    /**
     * The library's file in JavaCPP's cache. JavaCPP loads its own bindings with it, 24 MB that are never called here and cost
     * half of the time from start to first product. What the library needs is loaded before it: it would find its neighbours, but these
     * look for theirs in the system alone, which may have none.
     */
    private static Path unpack() throws IOException {
        Class<?> bindings = org.bytedeco.openblas.global.openblas.class;
        if (!System.getProperty("os.name").equals("Linux")) return Path.of(Loader.load(bindings)).resolveSibling(fileName());
        String folder = "/org/bytedeco/openblas/" + Loader.getPlatform() + "/";
        for (String needed : new String[] {"libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5"}) {
            File neighbour = Loader.cacheResource(bindings, folder + needed);
            if (neighbour != null) SymbolLookup.libraryLookup(neighbour.toPath(), Arena.global()); // null where the platform does without
        }
        File library = Loader.cacheResource(bindings, folder + fileName());
        if (library == null) throw new FileNotFoundException("no " + folder + fileName());
        return library.toPath();
    }

    private static String fileName() {
        String system = System.getProperty("os.name");
        if (system.startsWith("Windows")) return "libopenblas.dll";
        return system.startsWith("Mac") ? "libopenblas.0.dylib" : "libopenblas.so.0";
    }

    /** A function of the library: pointers are longs. */
    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        FunctionDescriptor type = result == null ? FunctionDescriptor.ofVoid(arguments) : FunctionDescriptor.of(result, arguments);
        return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), type);
    }

    private static MethodHandle gemm(String name, MemoryLayout number) {
        return function(name, null, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, number, JAVA_LONG, JAVA_INT,
                JAVA_LONG, JAVA_INT, number, JAVA_LONG, JAVA_INT);
    }

    private static MethodHandle trsm(String name, MemoryLayout number) {
        return function(name, null, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, number, JAVA_LONG, JAVA_INT,
                JAVA_LONG, JAVA_INT);
    }

    /** A LAPACKE function: an int status, the layout first. {@code arguments}: I int, B byte, P pointer. */
    static MethodHandle lapack(String name, String arguments) {
        MemoryLayout[] types = new MemoryLayout[arguments.length()];
        for (int i = 0; i < types.length; i++) {
            types[i] = switch (arguments.charAt(i)) {
                case 'I' -> JAVA_INT;
                case 'B' -> JAVA_BYTE;
                default -> JAVA_LONG;
            };
        }
        return function(name, JAVA_INT, types);
    }

    /** Version and the core whose kernels were chosen. */
    static String description() {
        try {
            MethodHandle config = Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow("openblas_get_config"), FunctionDescriptor.of(ADDRESS));
            return ((MemorySegment) config.invokeExact()).reinterpret(256).getString(0);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    static RuntimeException failed(Throwable e) {
        return new IllegalStateException("a call into OpenBLAS failed", e);
    }
}
