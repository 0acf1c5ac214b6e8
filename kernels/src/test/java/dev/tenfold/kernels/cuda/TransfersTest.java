package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransfersTest {
    private static final int SMALL = (int) Staging.SMALL_BYTES;
    private static final int LARGE = (int) Staging.LARGE_BYTES;

    private CudaDevice device;

    @BeforeEach
    void start() {
        device = Emulated.device(1L << 30);
    }

    private static byte[] random(int n, long seed) {
        byte[] values = new byte[n];
        new Random(seed).nextBytes(values);
        return values;
    }

    @Test
    void anySizeArrivesAndComesBack() {
        CudaStream stream = device.stream();
        for (int n : new int[] {0, 1, 3, 4095, SMALL - 1, SMALL, SMALL + 1, LARGE - 1, LARGE, LARGE + 1, 3 * LARGE + 17}) {
            byte[] values = random(n, n);
            DeviceBlock block = device.allocator().allocate(n);
            Bytes.put(block.address(), values, stream);
            assertArrayEquals(values, Bytes.get(block.address(), n, stream), () -> n + " bytes");
            block.release();
        }
    }

    @Test
    void aChunkIsNotWrittenAgainBeforeItsCopyHasEnded() {
        CudaStream stream = device.stream();
        // More copies than there are chunks, while the emulator has run none of them.
        int n = 2 * Staging.SMALL_CHUNKS + 3;
        DeviceBlock block = device.allocator().allocate(100L * n);
        for (int i = 0; i < n; i++) Bytes.put(block.address() + 100L * i, random(100, i), stream);
        for (int i = 0; i < n; i++) assertArrayEquals(random(100, i), Bytes.get(block.address() + 100L * i, 100, stream));
        byte[] large = random(6 * LARGE, 1);
        DeviceBlock whole = device.allocator().allocate(large.length);
        Bytes.put(whole.address(), large, stream);
        assertArrayEquals(large, Bytes.get(whole.address(), large.length, stream));
        whole.release();
        block.release();
    }

    @Test
    void fillsAndCopiesOnTheDevice() {
        CudaStream stream = device.stream();
        DeviceBlock a = device.allocator().allocate(64);
        DeviceBlock b = device.allocator().allocate(64);
        Transfers.fill32(a.address(), 0x04030201, 16, stream);
        Transfers.copy(a.address() + 4, b.address(), 60, stream);
        Transfers.fill16(b.address() + 60, (short) 0x0605, 2, stream);
        Transfers.fill8(b.address() + 1, (byte) 9, 2, stream);
        byte[] result = Bytes.get(b.address(), 64, stream);
        assertArrayEquals(new byte[] {1, 9, 9, 4, 1, 2, 3, 4}, Arrays.copyOf(result, 8));
        assertArrayEquals(new byte[] {5, 6, 5, 6}, Arrays.copyOfRange(result, 60, 64));
        a.release();
        b.release();
    }

    @Test
    void severalThreadsCopyAtOnce() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int seed = t;
            threads.add(Thread.ofPlatform().start(() -> {
                try (CudaStream stream = new CudaStream(device); CudaStream.Use use = stream.use()) {
                    assertEquals(stream, device.stream());
                    for (int i = 0; i < 20; i++) {
                        byte[] values = random(i % 4 == 0 ? 70_000 : 1000 + i, seed * 100 + i);
                        DeviceBlock block = device.allocator().allocate(values.length);
                        Bytes.put(block.address(), values, stream);
                        assertArrayEquals(values, Bytes.get(block.address(), values.length, stream));
                        block.release();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        assertEquals(null, failure.get());
        assertEquals(0, device.allocator().stats().liveBlocks());
    }
}
