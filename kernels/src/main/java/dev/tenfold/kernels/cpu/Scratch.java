package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;

/** Native memory for the time of one call. */
final class Scratch implements AutoCloseable {
    private final Block block;

    Scratch(long bytes) {
        block = HostAllocator.get().allocate(bytes);
    }

    long address() {
        return block.address();
    }

    @Override
    public void close() {
        block.release();
    }
}
