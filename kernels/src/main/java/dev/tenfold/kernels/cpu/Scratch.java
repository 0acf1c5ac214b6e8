package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Native memory for the time of one call, of unspecified content. The scratches of a thread are closed in the opposite order of their
 * opening. Small ones lie on a stack that the thread has to itself, because a block of the allocator costs a dozen lines that travel
 * between the cores, 4 us where these have no common cache.
 */
final class Scratch implements AutoCloseable {
    /** The stack of one thread; it goes with the thread and is not part of the allocator's accounting. */
    private static final class Stack {
        static final long BYTES = 64 << 10;

        // Held, as its memory is freed with it.
        private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, ALIGNMENT);
        private long top;
    }

    /** Two lines: the hardware fetches them together. */
    private static final long ALIGNMENT = 128;
    private static final ThreadLocal<Stack> STACKS = ThreadLocal.withInitial(Stack::new);

    private final Stack stack;
    private final Block block;
    private final long address;
    private final long before;
    private final long end;

    Scratch(long bytes) {
        Stack own = STACKS.get();
        before = own.top;
        if (bytes <= Stack.BYTES - before) {
            stack = own;
            block = null;
            address = own.memory.address() + before;
            end = before + (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            own.top = end;
        } else {
            stack = null;
            end = before;
            block = HostAllocator.get().allocate(bytes);
            address = block.address();
        }
    }

    long address() {
        return address;
    }

    @Override
    public void close() {
        if (block != null) {
            block.release();
            return;
        }
        if (stack.top != end) throw new IllegalStateException("a scratch was closed before one that was opened after it");
        stack.top = before;
    }
}
