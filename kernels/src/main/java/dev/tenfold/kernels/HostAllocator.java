package dev.tenfold.kernels;

import dev.tenfold.kernels.memory.Accounting;
import dev.tenfold.kernels.memory.Arena;
import dev.tenfold.kernels.memory.SizeClass;
import dev.tenfold.kernels.memory.SystemMemory;
import java.util.ArrayDeque;

/**
 * A caching allocator of 64-byte aligned native memory, with accounting.
 *
 * <p>Fresh pages cost more than most kernels, so what is freed is kept. Blocks of up to 32 KiB are rounded up to size classes
 * (eight to a doubling, so at most 12.5 % is wasted) and wait in their class for the next request. Larger ones are cut, rounded up by at
 * most 1/64, from one {@linkplain Arena arena} that joins free neighbours: a step of a training that repeats itself takes
 * nothing from the system after its first time, and {@link MemoryStats#heldBytes()} stays close to the most that was live at once.
 *
 * <p>When the limit is reached or the system refuses, what is cached is given back and the request tried once more; then
 * {@link OutOfMemory} says who holds what, and the process goes on. The limit is {@code -Dtenfold.memory=BYTES}, or 90 % of the
 * machine's memory.
 */
public final class HostAllocator {
    /** Blocks above this are cut from the arena of large blocks. */
    static final long SMALL = 32 << 10;
    private static final int SMALL_CLASSES = SizeClass.of(SMALL) + 1;
    /** Cached small blocks above this go back to their arena, to be joined, before that grows. */
    private static final long CACHED_SMALL = 1 << 20;
    private static final HostAllocator INSTANCE = new HostAllocator(
            Long.getLong("tenfold.memory", SystemMemory.physicalBytes() / 10 * 9));

    private final ArrayDeque<HostBlock>[] free;
    private final Arena small;
    private final Arena large;
    private final long limit;
    private final Accounting accounting = new Accounting();

    @SuppressWarnings({"unchecked", "rawtypes"})
    HostAllocator(long limit) {
        this.limit = limit;
        free = new ArrayDeque[SMALL_CLASSES];
        for (int i = 0; i < free.length; i++) free[i] = new ArrayDeque<>();
        long reservation = Math.min(limit, SystemMemory.LONGEST_RESERVATION);
        small = new Arena(1, Math.min(reservation, 1 << 30), new SystemMemory(false));
        large = new Arena(SMALL, reservation, new SystemMemory(true));
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
        if (accounting.refusesNow()) throw outOfMemory(bytes);
        HostBlock block = bytes <= SMALL ? smallBlock(Math.max(bytes, 1)) : largeBlock(bytes);
        accounting.handedOut(block.capacity(), bytes);
        return block.handedOut(bytes);
    }

    private HostBlock smallBlock(long bytes) {
        int sizeClass = SizeClass.of(bytes);
        ArrayDeque<HostBlock> list = free[sizeClass];
        synchronized (list) {
            HostBlock block = list.pollLast();
            if (block != null) return block;
        }
        long capacity = SizeClass.capacity(sizeClass);
        Arena.Piece piece = small.take(capacity, limit - large.held());
        if (piece == null && cachedSmall() > CACHED_SMALL) {
            dropCached();
            piece = small.take(capacity, limit - large.held());
        }
        if (piece == null) piece = fresh(small, large, capacity, bytes);
        return new HostBlock(this, piece, sizeClass);
    }

    private HostBlock largeBlock(long bytes) {
        long step = Math.max(64, Long.highestOneBit(bytes) >>> 6);
        return new HostBlock(this, fresh(large, small, (bytes + step - 1) / step * step, bytes), -1);
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

    void takeBack(HostBlock block) {
        accounting.takenBack(block.capacity(), block.bytes());
        if (block.sizeClass() < 0) {
            large.give(block.piece());
            return;
        }
        ArrayDeque<HostBlock> list = free[block.sizeClass()];
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
        for (ArrayDeque<HostBlock> list : free) {
            synchronized (list) {
                for (HostBlock block; (block = list.pollLast()) != null; ) small.give(block.piece());
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
    public MemoryStats stats() {
        return accounting.stats(small.held() + large.held(), small.growths() + large.growths());
    }

    /** Starts the peaks anew from what is live now. */
    public void resetPeak() {
        accounting.resetPeak();
    }

    /** Lets one request, the {@code count}th from now, fail as if no memory were left; 0: none. For tests. */
    void refuse(long count) {
        accounting.refuse(count);
    }

    /** The limit in bytes. */
    public long limit() {
        return limit;
    }

    private OutOfMemory outOfMemory(long bytes) {
        return new OutOfMemory(accounting.exhausted("native", bytes, limit, large.largest(5, Accounting.LARGE_HOLDER))
                + "raise -Dtenfold.memory=BYTES.");
    }
}
