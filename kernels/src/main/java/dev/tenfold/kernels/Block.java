package dev.tenfold.kernels;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A piece of native memory, 64-byte aligned, handed out by {@link HostAllocator} with a count of one.
 * The last {@link #release()} gives it back to the allocator's cache.
 */
public final class Block {
    private final HostAllocator owner;
    private final Arena.Piece piece;
    private final long address;
    private final int sizeClass;
    private long bytes;
    private final AtomicInteger count = new AtomicInteger();

    Block(HostAllocator owner, Arena.Piece piece, int sizeClass) {
        this.owner = owner;
        this.piece = piece;
        this.address = piece.address;
        this.sizeClass = sizeClass;
    }

    Block handOut(long requested) {
        bytes = requested;
        count.set(1);
        return this;
    }

    /** The native address; valid until the last release. */
    public long address() {
        return address;
    }

    /** The bytes that were asked for. */
    public long bytes() {
        return bytes;
    }

    /** The bytes that the block really occupies. */
    public long capacity() {
        return piece.bytes;
    }

    /** The class of a small block, -1 for a large one. */
    int sizeClass() {
        return sizeClass;
    }

    Arena.Piece piece() {
        return piece;
    }

    /** The block's memory as a segment of {@link #bytes()} bytes. */
    public MemorySegment segment() {
        return Memory.segment(address, bytes);
    }

    /** One more owner. */
    public void retain() {
        if (count.getAndIncrement() <= 0) {
            count.getAndDecrement();
            throw new IllegalStateException("Block: retained after its last release");
        }
    }

    /** One owner less; the last one returns the memory to the allocator. */
    public void release() {
        int left = count.decrementAndGet();
        if (left == 0) owner.takeBack(this);
        else if (left < 0) throw new IllegalStateException("Block: released more often than retained");
    }
}
