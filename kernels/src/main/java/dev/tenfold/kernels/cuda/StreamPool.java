package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.memory.Arena;
import dev.tenfold.kernels.memory.SizeClass;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Device memory whose free parts are ordered behind one stream's work: what that stream frees it gets again at once, without an event.
 * Small blocks wait in lists by size class, large ones are cut from an arena that joins free neighbours, as on the host.
 */
final class StreamPool {
    /** The device reads memory in lines of 128 bytes, and the widest loads want 16: 256 as other allocators of CUDA promise. */
    static final long ALIGNMENT = 256;
    private static final long SMALL = 32 << 10;
    private static final int SMALL_CLASSES = SizeClass.of(SMALL) + 1;
    private static final long SMALL_SEGMENT = 2L << 20;
    private static final long LARGE_SEGMENT = 32L << 20;

    private final DeviceAllocator allocator;
    private final Arena.Source source;
    private Arena small;
    private Arena large;
    private int epoch;
    private final List<ArrayDeque<DeviceBlock>> free = new ArrayList<>();
    private volatile CudaStream stream;
    private volatile boolean pinned;

    StreamPool(DeviceAllocator allocator, Arena.Source source, CudaStream stream) {
        this.allocator = allocator;
        this.stream = stream;
        this.source = source;
        for (int i = 0; i < SMALL_CLASSES; i++) free.add(new ArrayDeque<>());
        reset();
    }

    /** Forgets its memory, which the device has lost. */
    synchronized void reset() {
        epoch++;
        for (ArrayDeque<DeviceBlock> list : free) list.clear();
        small = new Arena(1, SMALL_SEGMENT, source);
        large = new Arena(ALIGNMENT, LARGE_SEGMENT, source);
    }

    DeviceAllocator allocator() {
        return allocator;
    }

    /** The stream whose work its free memory waits for; null when nothing has to be waited for. */
    CudaStream stream() {
        return stream;
    }

    void stream(CudaStream other) {
        stream = other;
    }

    /** Whether its memory is a graph's, whose launches have its addresses: nobody else gets it. */
    boolean isPinned() {
        return pinned;
    }

    void pin(boolean now) {
        pinned = now;
    }

    private static int sizeClass(long bytes) {
        return bytes <= SMALL ? SizeClass.of(bytes) : -1;
    }

    private static long capacity(long bytes) {
        long step = bytes <= SMALL ? ALIGNMENT : Math.max(ALIGNMENT, Long.highestOneBit(bytes) >>> 6);
        return (Math.max(bytes <= SMALL ? SizeClass.capacity(SizeClass.of(bytes)) : bytes, 1) + step - 1) / step * step;
    }

    /** A block from what is free, or null. */
    synchronized DeviceBlock take(long bytes) {
        int sizeClass = sizeClass(bytes);
        if (sizeClass < 0) return block(large.take(capacity(bytes), Long.MAX_VALUE), sizeClass);
        DeviceBlock block = free.get(sizeClass).pollLast();
        return block != null ? block : block(small.take(capacity(bytes), Long.MAX_VALUE), sizeClass);
    }

    /** A block for which the driver is asked when nothing free fits, as long as the pool does not exceed {@code limit}; otherwise null. */
    synchronized DeviceBlock takeOrGrow(long bytes, long limit) {
        DeviceBlock found = take(bytes);
        if (found != null) return found;
        int sizeClass = sizeClass(bytes);
        Arena arena = sizeClass < 0 ? large : small;
        Arena other = sizeClass < 0 ? small : large;
        return block(arena.takeOrGrow(capacity(bytes), limit - other.held()), sizeClass);
    }

    private DeviceBlock block(Arena.Piece piece, int sizeClass) {
        return piece == null ? null : new DeviceBlock(this, piece, sizeClass, epoch);
    }

    synchronized void give(DeviceBlock block) {
        if (block.epoch() != epoch) return;
        if (block.sizeClass() < 0) large.give(block.piece());
        else free.get(block.sizeClass()).addLast(block);
    }

    /** Gives segments without a block back to the driver. The stream must have done its work. */
    synchronized void trim() {
        for (ArrayDeque<DeviceBlock> list : free) for (DeviceBlock block; (block = list.pollLast()) != null; ) small.give(block.piece());
        small.trim();
        large.trim();
    }

    synchronized long held() {
        return small.held() + large.held();
    }

    synchronized List<Long> largest(int count, long from) {
        return large.largest(count, from);
    }

    /** The block that contains an address, or null. */
    synchronized DeviceBlock holding(long address) {
        Arena.Piece piece = small.holding(address);
        if (piece == null) piece = large.holding(address);
        return piece == null ? null : (DeviceBlock) piece.holder;
    }
}
