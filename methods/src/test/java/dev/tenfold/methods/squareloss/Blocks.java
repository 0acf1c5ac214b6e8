package dev.tenfold.methods.squareloss;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.HostAllocator;

/** Counts live blocks of native memory around a piece of work. */
final class Blocks {
    private final long before;

    private Blocks(long before) {
        this.before = before;
    }

    /** Starts counting, after a chance for what earlier tests left to the garbage collector to be freed. */
    static Blocks count() throws InterruptedException {
        System.gc();
        Thread.sleep(50);
        return new Blocks(live());
    }

    private static long live() {
        return HostAllocator.get().stats().liveBlocks();
    }

    /** Fails when there are more blocks now; there may be fewer, when garbage of earlier tests went meanwhile. */
    void requireNoMore(String what) {
        long now = live();
        assertTrue(now <= before, () -> what + ": " + before + " live blocks before, " + now + " after");
    }
}
