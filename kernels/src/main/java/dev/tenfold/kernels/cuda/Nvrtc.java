package dev.tenfold.kernels.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * NVIDIA's run-time compiler, straight to a cubin of one architecture: a cubin of CUDA 12 runs on every driver from 525 on, where PTX
 * would ask for one as new as the compiler. It is called by address, so that it compiles on a machine without driver and device too.
 */
public final class Nvrtc implements KernelCompiler {
    /** Contraction is off: {@code a * b + c} is two roundings, as on the CPU, and a fused one where the text says so. */
    private static final List<String> OPTIONS = List.of("--std=c++17", "--fmad=false", "--ptxas-options=-v", "--ptxas-options=--warn-on-spills");

    private static final int INVALID_OPTION = 5;

    private static final class Found {
        static final NvrtcLibrary LIBRARY = NvrtcLibrary.find();
        static final Nvrtc COMPILER = LIBRARY.symbols() == null ? null : new Nvrtc(LIBRARY.symbols());
    }

    private final MethodHandle create;
    private final MethodHandle compile;
    private final MethodHandle logSize;
    private final MethodHandle log;
    private final MethodHandle cubinSize;
    private final MethodHandle cubin;
    private final MethodHandle destroy;
    private final String version;

    private Nvrtc(SymbolLookup library) {
        create = function(library, "nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        compile = function(library, "nvrtcCompileProgram", JAVA_LONG, JAVA_INT, ADDRESS);
        logSize = function(library, "nvrtcGetProgramLogSize", JAVA_LONG, ADDRESS);
        log = function(library, "nvrtcGetProgramLog", JAVA_LONG, ADDRESS);
        cubinSize = function(library, "nvrtcGetCUBINSize", JAVA_LONG, ADDRESS);
        cubin = function(library, "nvrtcGetCUBIN", JAVA_LONG, ADDRESS);
        destroy = function(library, "nvrtcDestroyProgram", ADDRESS);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_INT, 2);
            check((int) function(library, "nvrtcVersion", ADDRESS, ADDRESS).invokeExact(numbers, numbers.asSlice(4)), "nvrtcVersion");
            version = numbers.get(JAVA_INT, 0) + "." + numbers.get(JAVA_INT, 4);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static MethodHandle function(SymbolLookup library, String name, MemoryLayout... arguments) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    /** Whether it was found. */
    public static boolean available() {
        return Found.COMPILER != null;
    }

    /** One sentence: which one and from where, or what is missing and how to get it. */
    public static String status() {
        return available() ? "NVRTC " + Found.COMPILER.version + " " + Found.LIBRARY.origin() : Found.LIBRARY.origin();
    }

    /**
     * The compiler.
     *
     * @throws IllegalStateException when it is not {@linkplain #available() available}, with the reason
     */
    static Nvrtc get() {
        if (!available()) throw new IllegalStateException("no CUDA kernel can be compiled: " + status());
        return Found.COMPILER;
    }

    @Override
    public String identity(String architecture) {
        return identity(version, architecture);
    }

    String version() {
        return version;
    }

    /** The {@linkplain #identity(String) identity} of a version, which need not be here. */
    static String identity(String version, String architecture) {
        return "nvrtc " + version + " " + architecture + " " + String.join(" ", OPTIONS);
    }

    @Override
    public CompiledKernel compile(KernelSource source, String architecture) {
        List<String> options = new ArrayList<>(OPTIONS);
        options.addFirst("--gpu-architecture=" + architecture);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = arena.allocate(ADDRESS);
            List<String> names = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            for (Map.Entry<String, String> header : source.headers().entrySet()) {
                names.add(header.getKey());
                texts.add(header.getValue());
            }
            check((int) create.invokeExact(handle, arena.allocateFrom(source.text()), arena.allocateFrom(source.file()), names.size(),
                    strings(arena, texts), strings(arena, names)), "nvrtcCreateProgram");
            long program = handle.get(JAVA_LONG, 0);
            try {
                int code = (int) compile.invokeExact(program, options.size(), strings(arena, options));
                String said = new String(bytes(arena, logSize, log, program), java.nio.charset.StandardCharsets.UTF_8).replace("\0", "");
                if (code == INVALID_OPTION) throw new IllegalArgumentException("NVRTC " + version + " does not know an option for " + architecture + ":\n" + said.strip());
                if (code != 0) throw new KernelCompilationException(source, "NVRTC " + version, architecture, said);
                return new CompiledKernel(bytes(arena, cubinSize, cubin, program), said);
            } finally {
                int ignored = (int) destroy.invokeExact(handle);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static byte[] bytes(Arena arena, MethodHandle size, MethodHandle content, long program) throws Throwable {
        MemorySegment length = arena.allocate(JAVA_LONG);
        check((int) size.invokeExact(program, length), "the size of NVRTC's result");
        MemorySegment bytes = arena.allocate(length.get(JAVA_LONG, 0));
        check((int) content.invokeExact(program, bytes), "NVRTC's result");
        return bytes.toArray(JAVA_BYTE);
    }

    private static MemorySegment strings(Arena arena, List<String> strings) {
        if (strings.isEmpty()) return MemorySegment.NULL;
        MemorySegment pointers = arena.allocate(ADDRESS, strings.size());
        for (int i = 0; i < strings.size(); i++) pointers.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
        return pointers;
    }

    private static void check(int code, String call) {
        if (code != 0) throw new IllegalStateException(call + " failed with NVRTC's error " + code);
    }

    private static IllegalStateException failed(Throwable e) {
        return e instanceof IllegalStateException own ? own : new IllegalStateException("a call into NVRTC failed", e);
    }
}
