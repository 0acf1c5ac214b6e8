package dev.tenfold.kernels;

import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * A caching allocator of 64-byte aligned native memory, with accounting.
 *
 * <p>Fresh pages cost more than most kernels, so what is freed is kept. Blocks of up to 32 KiB are rounded up to size classes
 * (eight to a doubling, so at most 12.5 % is wasted) and wait in their class for the next request. Larger ones are cut, rounded up by at
 * most 1/64, from one {@linkplain Arena arena} that joins free neighbours: a step of a training that repeats itself takes
 * nothing from the system after its first time, and {@link Stats#heldBytes()} stays close to the most that was live at once.
 *
 * <p>When the limit is reached or the system refuses, what is cached is given back and the request tried once more; then
 * {@link OutOfMemory} says who holds what, and the process goes on. The limit is {@code -Dtenfold.memory=BYTES}, or 90 % of the
 * machine's memory.
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
     * The state of the accounting. What a piece of work takes is the difference of two states: a training step that repeats itself
     * has {@code allocations}, but no {@code systemCalls}.
     *
     * @param liveBytes          bytes in blocks that are handed out, as they are rounded up
     * @param liveBlocks         how many blocks are handed out
     * @param cachedBytes        bytes that were taken from the system and wait to be handed out
     * @param peakBytes          the highest {@code liveBytes} since the start or {@link #resetPeak()}
     * @param systemCalls        how often fresh memory was taken from the system
     * @param requestedBytes     bytes that were asked for, in the blocks that are handed out: the live set
     * @param peakRequestedBytes the highest {@code requestedBytes} since the start or {@link #resetPeak()}
     * @param allocations        how many blocks were handed out since the start
     */
    public record Stats(long liveBytes, long liveBlocks, long cachedBytes, long peakBytes, long systemCalls, long requestedBytes,
                        long peakRequestedBytes, long allocations) {
        /** Bytes taken from the system and not given back: live and cached. What is resident may be a huge page more. */
        public long heldBytes() {
            return liveBytes + cachedBytes;
        }
    }

    /** Blocks above this are cut from the arena of large blocks. */
    static final long SMALL = 32 << 10;
    private static final int SMALL_CLASSES = SizeClass.of(SMALL) + 1;
    /** Cached small blocks above this go back to their arena, to be joined, before that grows. */
    private static final long CACHED_SMALL = 1 << 20;
    private static final long LARGE_HOLDER = 1 << 20;
    private static final HostAllocator INSTANCE = new HostAllocator(
            Long.getLong("tenfold.memory", SystemMemory.physicalBytes() / 10 * 9));

    private final ArrayDeque<Block>[] free;
    private final Arena small;
    private final Arena large;
    private final long limit;
    private final AtomicLong live = new AtomicLong();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicLong handedOut = new AtomicLong();
    private final AtomicLong takenBack = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong peakRequested = new AtomicLong();
    private volatile long refused;

    @SuppressWarnings({"unchecked", "rawtypes"})
    HostAllocator(long limit) {
        this.limit = limit;
        free = new ArrayDeque[SMALL_CLASSES];
        for (int i = 0; i < free.length; i++) free[i] = new ArrayDeque<>();
        long reservation = Math.min(limit, SystemMemory.LONGEST_RESERVATION);
        small = new Arena(1, Math.min(reservation, 1 << 30), false);
        large = new Arena(SMALL, reservation, true);
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
        if (refused != 0 && handedOut.get() + 1 >= refused) {
            refused = 0;
            throw outOfMemory(bytes);
        }
        Block block = bytes <= SMALL ? smallBlock(Math.max(bytes, 1)) : largeBlock(bytes);
        handedOut.incrementAndGet();
        raise(peak, live.addAndGet(block.capacity()));
        raise(peakRequested, requested.addAndGet(bytes));
        return block.handOut(bytes);
    }

    private static void raise(AtomicLong peak, long now) {
        if (now > peak.get()) peak.accumulateAndGet(now, Math::max);
    }

    private Block smallBlock(long bytes) {
        int sizeClass = SizeClass.of(bytes);
        ArrayDeque<Block> list = free[sizeClass];
        synchronized (list) {
            Block block = list.pollLast();
            if (block != null) return block;
        }
        long capacity = SizeClass.capacity(sizeClass);
        Arena.Piece piece = small.take(capacity, limit - large.held());
        if (piece == null && cachedSmall() > CACHED_SMALL) {
            dropCached();
            piece = small.take(capacity, limit - large.held());
        }
        if (piece == null) piece = fresh(small, large, capacity, bytes);
        return new Block(this, piece, sizeClass);
    }

    private Block largeBlock(long bytes) {
        long step = Math.max(64, Long.highestOneBit(bytes) >>> 6);
        return new Block(this, fresh(large, small, (bytes + step - 1) / step * step, bytes), -1);
    }

    private Arena.Piece fresh(Arena arena, Arena other, long capacity, long bytes) {
        Arena.Piece piece = arena.takeOrGrow(capacity, limit - other.held());
        if (piece == null) {
            trim();
            piece = arena.takeOrGrow(capacity, limit - other.held());
        }
        if (piece == null) throw outOfMemory(bytes);
        return piece;
    }

    void takeBack(Block block) {
        live.addAndGet(-block.capacity());
        requested.addAndGet(-block.bytes());
        takenBack.incrementAndGet();
        if (block.sizeClass() < 0) {
            large.give(block.piece());
            return;
        }
        ArrayDeque<Block> list = free[block.sizeClass()];
        synchronized (list) {
            list.addLast(block);
        }
    }

    private long cachedSmall() {
        long sum = 0;
        for (int i = 0; i < free.length; i++) {
            synchronized (free[i]) {
                sum += free[i].size() * SizeClass.capacity(i);
            }
        }
        return sum;
    }

    private void dropCached() {
        for (ArrayDeque<Block> list : free) {
            synchronized (list) {
                for (Block block; (block = list.pollLast()) != null; ) small.give(block.piece());
            }
        }
    }

    /** Gives all cached memory back to the system. */
    public void trim() {
        dropCached();
        small.trim();
        large.trim();
    }

    /** What is handed out and cached now. */
    public Stats stats() {
        long bytes = live.get();
        long blocks = handedOut.get();
        return new Stats(bytes, blocks - takenBack.get(), small.held() + large.held() - bytes, peak.get(), small.growths() + large.growths(),
                requested.get(), peakRequested.get(), blocks);
    }

    /** Starts the peaks anew from what is live now. */
    public void resetPeak() {
        peak.set(live.get());
        peakRequested.set(requested.get());
    }

    /** Lets one request, the {@code count}th from now, fail as if no memory were left; 0: none. For tests. */
    void refuse(long count) {
        refused = count == 0 ? 0 : handedOut.get() + count;
    }

    /** The limit in bytes. */
    public long limit() {
        return limit;
    }

    private OutOfMemory outOfMemory(long bytes) {
        String holders = large.largest(5, LARGE_HOLDER).stream().map(HostAllocator::mebibytes).collect(Collectors.joining(", "));
        return new OutOfMemory("out of native memory: asked for " + mebibytes(bytes) + " while " + mebibytes(live.get())
                + " of " + mebibytes(limit) + " are live in " + (handedOut.get() - takenBack.get()) + " blocks; the largest: "
                + (holders.isEmpty() ? "none of 1 MiB or more" : holders)
                + ". Close tensors or scopes earlier, use smaller batches, or raise -Dtenfold.memory=BYTES.");
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
