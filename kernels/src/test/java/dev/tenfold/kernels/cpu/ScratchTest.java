package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ScratchTest {
    private static final long LARGE = 1 << 20;

    @Test
    void smallOnesAreReusedAndApartWhileOpen() {
        long first;
        try (Scratch outer = new Scratch(100)) {
            first = outer.address();
            Memory.putDouble(outer.address(), 1);
            try (Scratch inner = new Scratch(1)) {
                assertEquals(first + 128, inner.address());
                Memory.putByte(inner.address(), (byte) 7);
            }
            assertEquals(1, Memory.getDouble(outer.address()));
        }
        try (Scratch again = new Scratch(8)) {
            assertEquals(first, again.address());
            assertEquals(0, first % 128);
        }
    }

    @Test
    void largeOnesAreOfTheAllocatorAndGoBack() {
        long before = HostAllocator.get().stats().liveBlocks();
        try (Scratch small = new Scratch(40_000); Scratch large = new Scratch(LARGE); Scratch beside = new Scratch(40_000)) {
            assertEquals(before + 2, HostAllocator.get().stats().liveBlocks());
            Memory.fill(large.address(), LARGE, (byte) 1);
            Memory.fill(beside.address(), 40_000, (byte) 2);
            assertNotEquals(small.address(), beside.address());
        }
        assertEquals(before, HostAllocator.get().stats().liveBlocks());
    }

    @Test
    void everyThreadHasItsOwn() throws InterruptedException {
        AtomicLong other = new AtomicLong();
        try (Scratch own = new Scratch(8)) {
            Thread.ofPlatform().start(() -> {
                try (Scratch scratch = new Scratch(8)) {
                    other.set(scratch.address());
                }
            }).join();
            assertNotEquals(own.address(), other.get());
        }
    }

    @Test
    @SuppressWarnings("resource")
    void theOrderOfClosingIsChecked() {
        Scratch first = new Scratch(8);
        Scratch second = new Scratch(8);
        assertThrows(IllegalStateException.class, first::close);
        second.close();
        first.close();
    }
}
