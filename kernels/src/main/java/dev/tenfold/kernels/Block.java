package dev.tenfold.kernels;

import dev.tenfold.kernels.cuda.DeviceBlock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A piece of memory on the host or on a device, handed out by an allocator with a count of one.
 * The last {@link #release()} gives it back to the allocator's cache.
 */
public abstract sealed class Block permits HostBlock, DeviceBlock {
    private final long address;
    private long bytes;
    private final AtomicInteger count = new AtomicInteger();

    protected Block(long address) {
        this.address = address;
    }

    /** The block has an owner who asked for {@code requested} bytes. */
    protected final void handOut(long requested) {
        bytes = requested;
        count.set(1);
    }

    /** The last owner is gone. */
    protected abstract void takeBack();

    /** The address, in the host's memory or in the device's; valid until the last release. */
    public final long address() {
        return address;
    }

    /** The bytes that were asked for. */
    public final long bytes() {
        return bytes;
    }

    /** The bytes that the block really occupies. */
    public abstract long capacity();

    /** One more owner. */
    public final void retain() {
        if (count.getAndIncrement() <= 0) {
            count.getAndDecrement();
            throw new IllegalStateException("Block: retained after its last release");
        }
    }

    /** One owner less; the last one returns the memory to the allocator. */
    public final void release() {
        int left = count.decrementAndGet();
        if (left == 0) takeBack();
        else if (left < 0) throw new IllegalStateException("Block: released more often than retained");
    }
}
