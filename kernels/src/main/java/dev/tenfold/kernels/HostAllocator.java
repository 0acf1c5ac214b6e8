package dev.tenfold.kernels;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/**
 * A caching allocator of 64-byte aligned native memory, with accounting.
 *
 * <p>Requests are rounded up to size classes (eight to a doubling, so at most 12.5 % is wasted) and freed blocks wait in
 * their class for the next request: fresh pages cost more than most kernels. When the limit is reached or the system
 * refuses, the cache is given back and the request tried once more; then {@link OutOfMemory} says who holds what, and the
 * process goes on. The limit is {@code -Dtenfold.memory=BYTES}, or 90 % of the machine's memory.
 */
public final class HostAllocator {
    /** No memory is left, even after the cache was given back. The message lists the largest holders. */
    public static final class OutOfMemory extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfMemory(String message) {
            super(message);
        }
    }

    /**
     * The state of the accounting.
     *
     * @param liveBytes   bytes in blocks that are handed out
     * @param liveBlocks  how many blocks are handed out
     * @param cachedBytes bytes that wait in the cache
     * @param peakBytes   the highest {@code liveBytes} since the start or {@link #resetPeak()}
     * @param systemCalls how often memory was asked of the system
     */
    public record Stats(long liveBytes, long liveBlocks, long cachedBytes, long peakBytes, long systemCalls) {
    }

    private static final int ALIGNMENT = 64;
    private static final int CLASSES = 64 * 8;
    private static final HostAllocator INSTANCE = new HostAllocator(
            Long.getLong("tenfold.memory", SystemMemory.physicalBytes() / 10 * 9));

    private final ArrayDeque<Block>[] free;
    private final long limit;
    private final AtomicLong live = new AtomicLong();
    private final AtomicLong liveBlocks = new AtomicLong();
    private final AtomicLong cached = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final LongAdder systemCalls = new LongAdder();
    // Only blocks large enough to matter in an error message are listed.
    private final Map<Block, Boolean> large = new ConcurrentHashMap<>();
    private static final long LARGE = 1 << 20;

    @SuppressWarnings({"unchecked", "rawtypes"})
    HostAllocator(long limit) {
        this.limit = limit;
        free = new ArrayDeque[CLASSES];
        for (int i = 0; i < CLASSES; i++) free[i] = new ArrayDeque<>();
    }

    /** The process's allocator. */
    public static HostAllocator get() {
        return INSTANCE;
    }

    /**
     * A block of at least {@code bytes} bytes with unspecified content.
     *
     * @throws IllegalArgumentException when {@code bytes} is negative
     * @throws OutOfMemory              when neither the cache nor the system has the memory
     */
    public Block allocate(long bytes) {
        if (bytes < 0) throw new IllegalArgumentException("allocate: negative size " + bytes);
        if (bytes > (1L << 46)) throw outOfMemory(bytes);
        int sizeClass = sizeClass(Math.max(bytes, 1));
        long capacity = capacity(sizeClass);
        Block block;
        ArrayDeque<Block> list = free[sizeClass];
        synchronized (list) {
            block = list.pollLast();
        }
        if (block != null) cached.addAndGet(-capacity);
        else block = fromSystem(bytes, capacity, sizeClass);
        liveBlocks.incrementAndGet();
        long now = live.addAndGet(capacity);
        if (now > peak.get()) peak.accumulateAndGet(now, Math::max);
        if (capacity >= LARGE) large.put(block, Boolean.TRUE);
        return block.handOut(bytes);
    }

    private Block fromSystem(long bytes, long capacity, int sizeClass) {
        if (live.get() + cached.get() + capacity > limit) trim();
        if (live.get() + capacity > limit) throw outOfMemory(bytes);
        long alignment = capacity >= 2 * SystemMemory.HUGE_PAGE ? SystemMemory.HUGE_PAGE : ALIGNMENT;
        long rounded = (capacity + alignment - 1) / alignment * alignment;
        systemCalls.increment();
        long address = SystemMemory.allocate(rounded, alignment);
        if (address == 0) {
            trim();
            address = SystemMemory.allocate(rounded, alignment);
        }
        if (address == 0) throw outOfMemory(bytes);
        return new Block(this, address, capacity, sizeClass);
    }

    void takeBack(Block block) {
        live.addAndGet(-block.capacity());
        liveBlocks.decrementAndGet();
        if (block.capacity() >= LARGE) large.remove(block);
        cached.addAndGet(block.capacity());
        ArrayDeque<Block> list = free[block.sizeClass()];
        synchronized (list) {
            list.addLast(block);
        }
    }

    /** Gives all cached memory back to the system. */
    public void trim() {
        for (ArrayDeque<Block> list : free) {
            while (true) {
                Block block;
                synchronized (list) {
                    block = list.pollLast();
                }
                if (block == null) break;
                cached.addAndGet(-block.capacity());
                SystemMemory.free(block.address());
            }
        }
    }

    /** What is handed out and cached now. */
    public Stats stats() {
        return new Stats(live.get(), liveBlocks.get(), cached.get(), peak.get(), systemCalls.sum());
    }

    /** Starts the peak anew from what is live now. */
    public void resetPeak() {
        peak.set(live.get());
    }

    /** The limit in bytes. */
    public long limit() {
        return limit;
    }

    private OutOfMemory outOfMemory(long bytes) {
        String holders = large.keySet().stream()
                .sorted(Comparator.comparingLong(Block::capacity).reversed()).limit(5)
                .map(b -> mebibytes(b.capacity())).collect(Collectors.joining(", "));
        return new OutOfMemory("out of native memory: asked for " + mebibytes(bytes) + " while " + mebibytes(live.get())
                + " of " + mebibytes(limit) + " are live in " + liveBlocks.get() + " blocks; the largest: "
                + (holders.isEmpty() ? "none of 1 MiB or more" : holders)
                + ". Close tensors or scopes earlier, use smaller batches, or raise -Dtenfold.memory=BYTES.");
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    /** Classes 0..15 are multiples of 64 up to 1024; above, eight steps to a doubling. */
    static int sizeClass(long bytes) {
        if (bytes <= 1024) return (int) ((bytes + 63) / 64) - 1;
        int exponent = 63 - Long.numberOfLeadingZeros(bytes - 1);
        long step = 1L << (exponent - 3);
        int eighth = (int) ((bytes - 1 - (1L << exponent)) / step);
        return 16 + (exponent - 10) * 8 + eighth;
    }

    static long capacity(int sizeClass) {
        if (sizeClass < 16) return (sizeClass + 1) * 64L;
        int exponent = 10 + (sizeClass - 16) / 8;
        return (1L << exponent) + ((sizeClass - 16) % 8 + 1) * (1L << (exponent - 3));
    }
}
