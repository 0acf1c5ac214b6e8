package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order of streams and events, and what is said when a kernel fails. */
class CudaStreamTest {
    private CudaDevice device;

    @BeforeEach
    void start() {
        device = Emulated.device(1L << 28);
    }

    @Test
    void aStreamThatWaitsForAnEventRunsBehindIt() {
        CudaStream first = device.stream();
        try (CudaStream second = new CudaStream(device)) {
            DeviceBlock a = device.allocator().allocate(1000);
            DeviceBlock b = device.allocator().allocate(1000, second);
            Transfers.fill8(a.address(), (byte) 6, 1000, first);
            try (CudaEvent filled = first.record()) {
                second.waitFor(filled);
                assertFalse(filled.hasHappened() && first.isIdle());
                Transfers.copy(a.address(), b.address(), 1000, second);
                assertEquals(6, Bytes.first(b, second));
                assertTrue(filled.hasHappened());
                try (CudaEvent later = first.record()) {
                    assertTrue(later.elapsed(filled) >= 0);
                    later.record(second);
                    later.synchronize();
                }
            }
            a.usedOn(second);
            a.release();
            b.release();
        }
    }

    @Test
    void everyThreadHasItsOwnCurrentStream() throws InterruptedException {
        CudaStream all = device.stream();
        AtomicReference<CudaStream> elsewhere = new AtomicReference<>();
        try (CudaStream own = new CudaStream(device)) {
            try (CudaStream.Use use = own.use()) {
                assertSame(own, device.stream());
                try (CudaStream inner = new CudaStream(device); CudaStream.Use nested = inner.use()) {
                    assertSame(inner, device.stream());
                }
                assertSame(own, device.stream());
                Thread.ofPlatform().start(() -> elsewhere.set(device.stream())).join();
            }
            assertSame(all, device.stream());
            assertSame(all, elsewhere.get());
            assertNotSame(all, own);
        }
    }

    @Test
    void closedThingsSaySo() {
        CudaStream stream = new CudaStream(device);
        CudaEvent event = stream.record();
        event.close();
        event.close();
        stream.close();
        stream.close();
        assertTrue(assertThrows(IllegalStateException.class, stream::handle).getMessage().contains("this stream of cuda:0 is closed"));
        assertTrue(assertThrows(IllegalStateException.class, event::synchronize).getMessage().contains("this event of cuda:0 is closed"));
        assertThrows(IllegalStateException.class, stream::use);
        assertThrows(IllegalStateException.class, () -> device.allocator().allocate(8, stream));
    }

    @Test
    void devicesThatDoNotExistAreTold() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Cuda.device(7)).getMessage().contains("cuda:7 does not exist: this machine has cuda:0 alone"));
        assertThrows(IllegalArgumentException.class, () -> Cuda.device(-1));
        assertTrue(Cuda.available());
        if (OnDevice.REAL) return;
        assertTrue(Cuda.status().contains("cuda:0 Tenfold emulator") && Cuda.status().contains("emulated"), Cuda.status());
        assertEquals("emulated", device.architecture());
        assertEquals(32, device.properties().warpSize());
        assertTrue(device.properties().bandwidth() > 1e9);
    }

    @Test
    void aRefusedCallSaysWhatWasCalled() {
        CudaException e = assertThrows(CudaException.class, () -> new CudaEvent(device).elapsed(new CudaEvent(device)));
        assertEquals("CUDA 400 CUDA_ERROR_INVALID_HANDLE in cuEventElapsedTime (both events must have been recorded): invalid resource handle on cuda:0",
                e.getMessage());
        assertFalse(e.sticky());
        device.synchronize();
    }

    @Test
    void aKernelThatFailsIsNamedNowAndEverAfter() {
        CUfunc_st broken = Emulated.kernel("broken", """
                extern "C" __global__ void broken(int *x) { x[1000000] = 1; }
                """);
        DeviceBlock block = device.allocator().allocate(400);
        CudaStream stream = device.stream();
        stream.launched("fine");
        Transfers.fill8(block.address(), (byte) 0, 400, stream);
        stream.synchronize();
        assertEquals("", stream.suspects());
        Emulated.check(Emulated.launch(broken, stream.handle(), 1, 1, 0, block.address()));
        stream.launched("broken[1, 1]");
        CudaException first = assertThrows(CudaException.class, stream::synchronize);
        assertTrue(first.sticky() && device.isLost());
        assertEquals("CUDA_ERROR_ILLEGAL_ADDRESS", first.name());
        assertTrue(first.getMessage().contains("Launched since the device was last found well: broken[1, 1] ("), first.getMessage());
        assertTrue(first.getMessage().contains("restart the process"), first.getMessage());
        CudaException later = assertThrows(CudaException.class, () -> Transfers.fill8(block.address(), (byte) 1, 4, stream));
        assertTrue(later.getMessage().startsWith("cuda:0 cannot be used since ") && later.getMessage().contains("broken[1, 1]"), later.getMessage());
        assertSame(first, later.getCause());
        // Freeing what is left is quiet: scopes close while the first exception is on its way.
        block.release();
        device.reset();
        assertFalse(device.isLost());
        DeviceBlock works = device.allocator().allocate(4);
        Transfers.fill8(works.address(), (byte) 2, 4, stream);
        assertEquals(2, Bytes.first(works, stream));
        works.release();
    }
}
