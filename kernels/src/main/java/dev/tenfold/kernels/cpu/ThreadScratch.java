package dev.tenfold.kernels.cpu;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Native memory for the time of one call, of each thread that works on it its own. A thread finds in its cache what it used last, where
 * {@link Scratch} for every piece of work would hand the same memory from thread to thread (measured: convolutions a third slower).
 */
final class ThreadScratch implements AutoCloseable {
    private final Map<Thread, Scratch> own = new ConcurrentHashMap<>();
    private final long bytes;

    ThreadScratch(long bytes) {
        this.bytes = bytes;
    }

    /** The calling thread's memory. */
    long address() {
        return own.computeIfAbsent(Thread.currentThread(), thread -> new Scratch(bytes)).address();
    }

    @Override
    public void close() {
        own.values().forEach(Scratch::close);
    }
}
