package dev.tenfold.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.memory.Arena;
import dev.tenfold.kernels.memory.SizeClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostAllocatorTest {
    private static final long MIB = 1 << 20;

    private final HostAllocator allocator = new HostAllocator(64 * MIB);

    @AfterEach
    void trim() {
        allocator.trim();
    }

    @Test
    void everySizeIsAlignedAndWastesAtMostAnEighth() {
        for (long bytes : new long[] {0, 1, 63, 64, 65, 1000, 1024, 1025, 1152, 1153, 4096, 100_000, MIB - 1, MIB, MIB + 1, 5 * MIB + 3}) {
            Block block = allocator.allocate(bytes);
            assertEquals(0, block.address() % 64, () -> bytes + " bytes");
            assertEquals(bytes, block.bytes());
            assertTrue(block.capacity() >= bytes, () -> bytes + " bytes in " + block.capacity());
            assertTrue(block.capacity() <= Math.max(bytes + 64, bytes + bytes / 8), () -> bytes + " bytes in " + block.capacity());
            // The whole capacity is there to be written.
            Memory.fill(block.address(), block.capacity(), (byte) 0x5A);
            block.release();
        }
    }

    @Test
    void sizeClassesGrowAndHoldWhatTheyPromise() {
        int last = 0;
        for (long bytes = 1; bytes < 1 << 16; bytes++) {
            int sizeClass = SizeClass.of(bytes);
            long wanted = bytes;
            assertTrue(sizeClass == last || sizeClass == last + 1, () -> "class " + sizeClass + " for " + wanted);
            assertTrue(SizeClass.capacity(sizeClass) >= bytes);
            assertTrue(sizeClass == 0 || SizeClass.capacity(sizeClass - 1) < bytes);
            last = sizeClass;
        }
    }

    @Test
    void theAccountingFollowsEveryBlock() {
        Block a = allocator.allocate(1000);
        Block b = allocator.allocate(2 * MIB + 1);
        MemoryStats held = allocator.stats();
        assertEquals(2, held.liveBlocks());
        assertEquals(2, held.allocations());
        assertEquals(a.capacity() + b.capacity(), held.liveBytes());
        assertEquals(held.liveBytes(), held.peakBytes());
        assertEquals(1000 + 2 * MIB + 1, held.requestedBytes());
        assertEquals(held.requestedBytes(), held.peakRequestedBytes());
        assertTrue(held.heldBytes() >= held.liveBytes() && held.heldBytes() <= held.liveBytes() + 2 * Arena.STEP, held::toString);
        a.release();
        b.release();
        MemoryStats after = allocator.stats();
        assertEquals(0, after.liveBlocks());
        assertEquals(0, after.liveBytes());
        assertEquals(0, after.requestedBytes());
        assertEquals(held.heldBytes(), after.cachedBytes());
        assertEquals(held.liveBytes(), after.peakBytes());
        assertEquals(held.requestedBytes(), after.peakRequestedBytes());
        allocator.resetPeak();
        assertEquals(0, allocator.stats().peakBytes());
        assertEquals(0, allocator.stats().peakRequestedBytes());
        allocator.trim();
        assertEquals(0, allocator.stats().heldBytes());
    }

    @Test
    void oneRequestCanBeMadeToFail() {
        allocator.refuse(2);
        Block first = allocator.allocate(100);
        assertThrows(OutOfMemory.class, () -> allocator.allocate(100));
        Block third = allocator.allocate(100);
        assertEquals(2, allocator.stats().liveBlocks());
        first.release();
        third.release();
    }

    @Test
    void smallBlocksOfOneSizeMakeRoomForThoseOfAnother() {
        Block[] blocks = new Block[3000];
        for (int size : new int[] {1000, 2000, 700, 3000, 500}) {
            for (int i = 0; i < blocks.length; i++) blocks[i] = allocator.allocate(size);
            for (Block block : blocks) block.release();
        }
        // The largest of the rounds, not their sum, and what may wait in the classes.
        assertTrue(allocator.stats().heldBytes() < 3000 * 3072 + 2 * MIB, allocator.stats()::toString);
    }

    @Test
    void aFreedBlockServesTheNextRequestOfItsSize() {
        for (long bytes : new long[] {5000, 5 * MIB - 1}) {
            Block first = allocator.allocate(bytes);
            long address = first.address();
            first.release();
            long asked = allocator.stats().systemCalls();
            Block second = allocator.allocate(bytes + 1);
            assertEquals(address, second.address());
            assertEquals(bytes + 1, second.bytes());
            assertEquals(asked, allocator.stats().systemCalls());
            second.release();
        }
    }

    @Test
    void theLimitGivesASentenceWithTheLargestHoldersAndTheProcessGoesOn() {
        Block large = allocator.allocate(30 * MIB);
        Block small = allocator.allocate(8 * MIB);
        String message = assertThrows(OutOfMemory.class, () -> allocator.allocate(40 * MIB)).getMessage();
        assertTrue(message.contains("asked for 40.0 MiB"), message);
        assertTrue(message.contains("of 64.0 MiB are live in 2 blocks"), message);
        assertTrue(message.contains("the largest: 30.0 MiB, 8.0 MiB"), message);
        assertTrue(message.contains("-Dtenfold.memory"), message);
        assertEquals(2, allocator.stats().liveBlocks());
        large.release();
        Block fits = allocator.allocate(40 * MIB);
        fits.release();
        small.release();
    }

    @Test
    void theCacheIsGivenBackBeforeTheLimitIsTold() {
        allocator.allocate(40 * MIB).release();
        assertTrue(allocator.stats().cachedBytes() >= 40 * MIB);
        Block other = allocator.allocate(50 * MIB);
        assertEquals(0, allocator.stats().cachedBytes());
        other.release();
    }

    @Test
    void absurdSizesAreRefusedAtOnce() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> allocator.allocate(-1)).getMessage().contains("negative size -1"));
        assertThrows(OutOfMemory.class, () -> allocator.allocate(Long.MAX_VALUE));
        assertEquals(0, allocator.stats().liveBlocks());
    }

    @Test
    void aBlockLivesAsLongAsItsLastOwner() {
        Block block = allocator.allocate(100);
        block.retain();
        block.release();
        assertEquals(1, allocator.stats().liveBlocks());
        block.release();
        assertEquals(0, allocator.stats().liveBlocks());
        assertThrows(IllegalStateException.class, block::retain);
        assertThrows(IllegalStateException.class, block::release);
    }

    @Test
    void severalThreadsShareTheAllocator() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            byte mark = (byte) (t + 1);
            Random random = new Random(t);
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 2000; i++) {
                        Block block = allocator.allocate(1 + random.nextInt(3000));
                        Memory.fill(block.address(), block.bytes(), mark);
                        Thread.onSpinWait();
                        assertEquals(mark, Memory.getByte(block.address()));
                        assertEquals(mark, Memory.getByte(block.address() + block.bytes() - 1));
                        block.release();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        assertEquals(null, failure.get());
        assertEquals(0, allocator.stats().liveBlocks());
        assertEquals(0, allocator.stats().liveBytes());
    }
}
