package dev.tenfold.kernels.memory;

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

/** Address space from the system, whose pages cost memory from their first use, and huge pages where there are some. */
public final class SystemMemory implements Arena.Source {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
    private static final boolean WINDOWS = System.getProperty("os.name").startsWith("Windows");
    private static final boolean LINUX = System.getProperty("os.name").startsWith("Linux");
    // Linux maps pages when they are first written, and takes back the pages of a part.
    private static final MethodHandle MMAP = LINUX ? handle("mmap", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)) : null;
    private static final MethodHandle MUNMAP = LINUX
            ? handle("munmap", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)) : null;
    private static final MethodHandle MADVISE = LINUX
            ? handle("madvise", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)) : null;
    private static final int READ_WRITE = 1 | 2;
    private static final int PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    // Elsewhere the C library allocates, and takes back a whole allocation only.
    private static final MethodHandle ALIGNED_ALLOC = LINUX ? null : handle(WINDOWS ? "_aligned_malloc" : "aligned_alloc",
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = LINUX ? null : handle(WINDOWS ? "_aligned_free" : "free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
    private static final long PAGE = 1 << 12;
    private static final long HUGE_PAGE = 2L << 20;
    /** The most address space that is worth reserving at once: all of it where only written pages cost memory. */
    public static final long LONGEST_RESERVATION = LINUX ? 1L << 42 : 64L << 20;

    private final boolean hugePages;

    /**
     * The system as a source.
     *
     * @param hugePages whether it is asked for huge pages
     */
    public SystemMemory(boolean hugePages) {
        this.hugePages = hugePages;
    }

    @Override
    public boolean lazy() {
        return true;
    }

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        Optional<MemorySegment> symbol = LOOKUP.find(name);
        if (symbol.isEmpty()) throw new IllegalStateException("the C library of this system has no function " + name);
        return LINKER.downcallHandle(symbol.get(), type);
    }

    @Override
    public long reserve(long bytes) {
        try {
            if (!LINUX) {
                return WINDOWS ? ((MemorySegment) ALIGNED_ALLOC.invokeExact(bytes, HUGE_PAGE)).address()
                        : ((MemorySegment) ALIGNED_ALLOC.invokeExact(HUGE_PAGE, bytes)).address();
            }
            long whole = bytes + HUGE_PAGE;
            long start = ((MemorySegment) MMAP.invokeExact(MemorySegment.NULL, whole, READ_WRITE, PRIVATE_ANONYMOUS_NORESERVE, -1, 0L)).address();
            if (start == -1) return 0;
            long base = (start + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
            unmap(start, base - start);
            unmap(base + bytes, start + whole - base - bytes);
            // Advice only: where the system refuses, ordinary pages serve.
            if (hugePages) advise(base, bytes, MADV_HUGEPAGE);
            return base;
        } catch (Throwable e) {
            throw new IllegalStateException("reservation of " + bytes + " bytes failed", e);
        }
    }

    private static void unmap(long address, long bytes) throws Throwable {
        if (bytes > 0 && (int) MUNMAP.invokeExact(MemorySegment.ofAddress(address), bytes) != 0) throw new IllegalStateException("munmap failed");
    }

    private static boolean advise(long address, long bytes, int advice) throws Throwable {
        return (int) MADVISE.invokeExact(MemorySegment.ofAddress(address), bytes, advice) == 0;
    }

    /** Gives back the whole pages of the part. */
    @Override
    public long giveBack(long address, long bytes) {
        long first = (address + PAGE - 1) / PAGE * PAGE;
        long pages = (address + bytes) / PAGE * PAGE - first;
        try {
            return LINUX && pages > 0 && advise(first, pages, MADV_DONTNEED) ? pages : 0;
        } catch (Throwable e) {
            throw new IllegalStateException("giving back " + bytes + " bytes failed", e);
        }
    }

    @Override
    public void unreserve(long address, long bytes) {
        try {
            if (LINUX) unmap(address, bytes);
            else FREE.invokeExact(MemorySegment.ofAddress(address));
        } catch (Throwable e) {
            throw new IllegalStateException("the end of a reservation failed", e);
        }
    }

    /** Physical memory in bytes (the container's limit where there is one), or {@code Long.MAX_VALUE} when unknown. */
    public static long physicalBytes() {
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
