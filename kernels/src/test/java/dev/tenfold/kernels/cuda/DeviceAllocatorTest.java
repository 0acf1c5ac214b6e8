package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.MemoryStats;
import dev.tenfold.kernels.OutOfMemory;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeviceAllocatorTest {
    private static final long MIB = 1 << 20;
    private static final long LIMIT = 16 * MIB;

    private CudaDevice device;
    private DeviceAllocator allocator;

    @BeforeEach
    void start() {
        device = Emulated.device(LIMIT);
        allocator = device.allocator();
    }

    private DeviceBlock filled(long bytes, int value, CudaStream stream) {
        DeviceBlock block = allocator.allocate(bytes, stream);
        Transfers.fill8(block.address(), (byte) value, bytes, stream);
        return block;
    }

    @Test
    void everySizeIsAlignedAndHasItsRoom() {
        for (long bytes : new long[] {0, 1, 255, 256, 257, 1000, 4096, 32 << 10, (32 << 10) + 1, MIB, 5 * MIB + 3}) {
            DeviceBlock block = allocator.allocate(bytes);
            assertEquals(0, block.address() % 256, () -> bytes + " bytes");
            assertEquals(bytes, block.bytes());
            assertTrue(block.capacity() >= bytes && block.capacity() <= bytes + bytes / 8 + 512, () -> bytes + " bytes in " + block.capacity());
            block.release();
        }
    }

    @Test
    void whatItsOwnStreamFreedItGetsAtOnceAndAnotherStreamDoesNot() {
        try (CudaStream other = new CudaStream(device)) {
            for (long bytes : new long[] {5000, 3 * MIB}) {
                DeviceBlock first = allocator.allocate(bytes);
                long address = first.address();
                first.release();
                DeviceBlock elsewhere = allocator.allocate(bytes, other);
                assertNotEquals(address, elsewhere.address());
                DeviceBlock again = allocator.allocate(bytes + 1);
                assertEquals(address, again.address());
                elsewhere.release();
                again.release();
            }
        }
    }

    @Test
    void aStreamThatFindsNothingTakesAnothersMemoryBehindItsWork() {
        CudaStream first = device.stream();
        try (CudaStream second = new CudaStream(device)) {
            DeviceBlock large = filled(12 * MIB, 1, first);
            DeviceBlock copy = allocator.allocate(MIB, first);
            first.synchronize();
            // Enqueued, and not run before somebody waits.
            Transfers.copy(large.address(), copy.address(), MIB, first);
            long address = large.address();
            large.release();
            DeviceBlock taken = filled(11 * MIB, 2, second);
            assertEquals(address, taken.address());
            second.synchronize();
            assertEquals(1, Bytes.first(copy, first));
            taken.release();
            copy.release();
        }
    }

    @Test
    void aBlockThatAnotherStreamUsedWaitsForThatStream() {
        CudaStream first = device.stream();
        try (CudaStream second = new CudaStream(device)) {
            DeviceBlock block = filled(2 * MIB, 1, first);
            DeviceBlock copy = allocator.allocate(2 * MIB, second);
            first.synchronize();
            Transfers.copy(block.address(), copy.address(), 2 * MIB, second);
            block.usedOn(second);
            long address = block.address();
            block.release();
            DeviceBlock next = filled(2 * MIB, 2, first);
            assertEquals(address, next.address());
            first.synchronize();
            assertEquals(1, Bytes.first(copy, second));
            next.release();
            copy.release();
        }
    }

    @Test
    void aClosedStreamsMemoryGoesToTheNextStream() {
        DeviceBlock kept;
        long address;
        try (CudaStream stream = new CudaStream(device)) {
            kept = filled(1000, 7, stream);
            DeviceBlock block = filled(4 * MIB, 1, stream);
            address = block.address();
            block.release();
        }
        assertThrows(IllegalStateException.class, () -> allocator.allocate(10, kept.stream()));
        try (CudaStream next = new CudaStream(device)) {
            long asked = allocator.stats().systemCalls();
            DeviceBlock block = allocator.allocate(4 * MIB, next);
            assertEquals(address, block.address());
            assertEquals(asked, allocator.stats().systemCalls());
            assertEquals(7, Bytes.first(kept, next));
            block.release();
            kept.usedOn(next);
            kept.release();
        }
        assertEquals(0, allocator.stats().liveBlocks());
    }

    @Test
    void aClosedStreamsMemoryThatAnotherTookComesBackBehindThatOnesWork() {
        CudaStream mine = device.stream();
        try (CudaStream closed = new CudaStream(device)) {
            filled(12 * MIB, 0, closed).release();
        }
        DeviceBlock taken = filled(11 * MIB, 1, mine);
        DeviceBlock copy = allocator.allocate(MIB, mine);
        mine.synchronize();
        Transfers.copy(taken.address(), copy.address(), MIB, mine);
        long address = taken.address();
        taken.release();
        try (CudaStream next = new CudaStream(device)) {
            DeviceBlock other = filled(11 * MIB, 2, next);
            assertEquals(address, other.address());
            next.synchronize();
            assertEquals(1, Bytes.first(copy, mine));
            other.release();
        }
        copy.release();
    }

    @Test
    void theAccountingFollowsEveryBlock() {
        DeviceBlock a = allocator.allocate(1000);
        DeviceBlock b = allocator.allocate(2 * MIB + 1);
        MemoryStats held = allocator.stats();
        assertEquals(2, held.liveBlocks());
        assertEquals(a.capacity() + b.capacity(), held.liveBytes());
        assertEquals(1000 + 2 * MIB + 1, held.requestedBytes());
        assertEquals(2, held.systemCalls());
        assertEquals(10 * MIB, held.heldBytes());
        a.release();
        b.release();
        MemoryStats after = allocator.stats();
        assertEquals(0, after.liveBytes());
        assertEquals(10 * MIB, after.cachedBytes());
        assertEquals(held.liveBytes(), after.peakBytes());
        allocator.trim();
        assertEquals(0, allocator.stats().heldBytes());
    }

    @Test
    void theLimitGivesASentenceWithTheLargestHoldersAndTheProcessGoesOn() {
        DeviceBlock large = allocator.allocate(7 * MIB);
        DeviceBlock small = allocator.allocate(2 * MIB);
        String message = assertThrows(OutOfMemory.class, () -> allocator.allocate(9 * MIB)).getMessage();
        assertTrue(message.startsWith("out of cuda:0 memory: asked for 9.0 MiB"), message);
        assertTrue(message.contains("of 16.0 MiB are live in 2 blocks; the largest: 7.1 MiB, 2.0 MiB"), message);
        large.release();
        allocator.allocate(7 * MIB).release();
        small.release();
        allocator.allocate(9 * MIB).release();
        assertThrows(OutOfMemory.class, () -> allocator.allocate(Long.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> allocator.allocate(-1));
        allocator.refuse(1);
        assertThrows(OutOfMemory.class, () -> allocator.allocate(1));
        allocator.allocate(1).release();
    }

    @Test
    void whatTheDriverRefusesIsTriedAgainAfterTheCacheWasGivenBack() {
        // This device's limit is above what the emulator has.
        DeviceAllocator greedy = Emulated.device(1L << 40).allocator();
        DeviceBlock live = greedy.allocate(2 * MIB);
        greedy.allocate(100);
        greedy.allocate(40 * MIB).release();
        assertTrue(greedy.stats().cachedBytes() >= 40 * MIB);
        String message = assertThrows(OutOfMemory.class, () -> greedy.allocate(1L << 39)).getMessage();
        assertTrue(message.contains("the largest: 2.0 MiB"), message);
        assertTrue(greedy.stats().cachedBytes() < 40 * MIB, greedy.stats()::toString);
        live.release();
    }

    /** Random requests on three streams: no two live blocks overlap, contents stay, and what comes again asks the driver nothing. */
    @Test
    void randomProgramsKeepTheirValues() {
        List<CudaStream> streams = List.of(device.stream(), new CudaStream(device), new CudaStream(device));
        for (int round = 0; round < 3; round++) {
            long asked = allocator.stats().systemCalls();
            program(new Random(3), streams);
            if (round > 0) assertEquals(asked, allocator.stats().systemCalls());
            assertEquals(0, allocator.stats().liveBytes());
        }
        streams.get(1).close();
        streams.get(2).close();
    }

    private void program(Random random, List<CudaStream> streams) {
        TreeMap<Long, DeviceBlock> live = new TreeMap<>();
        Map<DeviceBlock, Integer> values = new IdentityHashMap<>();
        for (int step = 0; step < 1500; step++) {
            if (live.size() < 40 && random.nextInt(5) < 3) {
                CudaStream stream = streams.get(random.nextInt(3));
                long bytes = random.nextInt(4) == 0 ? 32_000 + random.nextInt(400_000) : 1 + random.nextInt(3000);
                DeviceBlock block = filled(bytes, step % 100, stream);
                Map.Entry<Long, DeviceBlock> below = live.floorEntry(block.address());
                Map.Entry<Long, DeviceBlock> above = live.ceilingEntry(block.address());
                assertTrue(below == null || below.getKey() + below.getValue().capacity() <= block.address());
                assertTrue(above == null || block.address() + block.capacity() <= above.getKey());
                live.put(block.address(), block);
                values.put(block, step % 100);
            } else if (!live.isEmpty()) {
                DeviceBlock block = live.remove(new ArrayList<>(live.keySet()).get(random.nextInt(live.size())));
                int value = values.remove(block);
                if (random.nextInt(3) == 0) {
                    byte[] all = Bytes.get(block.address(), (int) block.bytes(), block.stream());
                    for (byte b : all) assertEquals(value, b);
                }
                block.release();
            }
        }
        live.values().forEach(DeviceBlock::release);
    }

    @Test
    void severalThreadsShareIt() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            // Half of the threads work on the shared stream.
            CudaStream own = t % 2 == 0 ? null : new CudaStream(device);
            threads.add((t < 2 ? Thread.ofPlatform() : Thread.ofVirtual()).start(() -> {
                try {
                    CudaStream stream = own == null ? device.stream() : own;
                    for (int i = 0; i < 300; i++) {
                        DeviceBlock block = filled(1 + random.nextInt(3000), i % 100, stream);
                        if (i % 50 == 0) assertEquals(i % 100, Bytes.first(block, stream));
                        block.release();
                    }
                    if (own != null) own.close();
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        assertEquals(null, failure.get());
        assertEquals(0, allocator.stats().liveBlocks());
    }
}
