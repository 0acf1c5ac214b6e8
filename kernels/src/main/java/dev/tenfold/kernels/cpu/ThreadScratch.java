package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Native memory for the time of one call, of each thread that works on it its own. A thread finds in its cache what it used last, where
 * a block of the allocator for every piece of work would go from thread to thread (measured: convolutions a third slower). For more than
 * the stacks of {@link Scratch} hold, and kept from one piece of work to the next.
 */
final class ThreadScratch implements AutoCloseable {
    private final Map<Thread, Block> own = new ConcurrentHashMap<>();
    private final long bytes;

    ThreadScratch(long bytes) {
        this.bytes = bytes;
    }

    /** The calling thread's memory. */
    long address() {
        return own.computeIfAbsent(Thread.currentThread(), thread -> HostAllocator.get().allocate(bytes)).address();
    }

    @Override
    public void close() {
        own.values().forEach(Block::release);
    }
}
