package dev.tenfold.kernels;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The C library's aligned allocation, and huge pages where the system has them. */
final class SystemMemory {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final MethodHandle ALIGNED_ALLOC = WINDOWS
            ? handle("_aligned_malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG))
            : handle("aligned_alloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE =
            handle(WINDOWS ? "_aligned_free" : "free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    private static final MethodHandle MADVISE = System.getProperty("os.name").startsWith("Linux")
            ? handle("madvise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT))
            : null;
    private static final int MADV_HUGEPAGE = 14;
    static final long HUGE_PAGE = 2L << 20;

    private SystemMemory() {
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        Optional<MemorySegment> symbol = LOOKUP.find(name);
        if (symbol.isEmpty()) throw new IllegalStateException("the C library of this system has no function " + name);
        return LINKER.downcallHandle(symbol.get(), type);
    }

    /** Aligned memory, or 0 when the system has none. {@code bytes} is a multiple of {@code alignment}. */
    static long allocate(long bytes, long alignment) {
        try {
            MemorySegment p = WINDOWS
                    ? (MemorySegment) ALIGNED_ALLOC.invokeExact(bytes, alignment)
                    : (MemorySegment) ALIGNED_ALLOC.invokeExact(alignment, bytes);
            if (MADVISE != null && alignment >= HUGE_PAGE && p.address() != 0) {
                // Advice only: where the system refuses, ordinary pages serve.
                int refused = (int) MADVISE.invokeExact(p, bytes, MADV_HUGEPAGE);
            }
            return p.address();
        } catch (Throwable e) {
            throw new IllegalStateException("allocation of " + bytes + " bytes failed", e);
        }
    }

    static void free(long address) {
        try {
            FREE.invokeExact(MemorySegment.ofAddress(address));
        } catch (Throwable e) {
            throw new IllegalStateException("free failed", e);
        }
    }

    /** Physical memory in bytes (the container's limit where there is one), or {@code Long.MAX_VALUE} when unknown. */
    static long physicalBytes() {
        long total = Long.MAX_VALUE;
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                if (line.startsWith("MemTotal:")) total = Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
            Path limit = Path.of("/sys/fs/cgroup/memory.max");
            if (Files.isReadable(limit)) {
                String text = Files.readString(limit).strip();
                if (!text.equals("max")) total = Math.min(total, Long.parseLong(text));
            }
        } catch (IOException | NumberFormatException unreadable) {
            return total;
        }
        return total;
    }
}
