package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CudaGraphTest {
    private static final int N = 5000;

    private CudaDevice device;
    private DeviceBlock input;
    private DeviceBlock output;
    private CudaEvent event;

    @BeforeEach
    void start() {
        device = Emulated.device(1L << 28);
        input = device.allocator().allocate(N);
        output = device.allocator().allocate(N);
        event = new CudaEvent(device);
    }

    @AfterEach
    void everythingIsFreed() {
        if (event == null) return; // without a device the test was skipped
        event.close();
        input.release();
        output.release();
        assertEquals(0, device.allocator().stats().liveBlocks());
    }

    /** Works on memory of its own and on both blocks; frees in between, so that memory is handed out twice. */
    private void work() {
        CudaStream stream = device.stream();
        DeviceBlock middle = device.allocator().allocate(N);
        Transfers.copy(input.address(), middle.address(), N, stream);
        Transfers.fill8(middle.address() + 100, (byte) 42, 1000, stream);
        Transfers.copy(middle.address(), output.address(), N, stream);
        middle.release();
        DeviceBlock again = device.allocator().allocate(N);
        Transfers.fill8(again.address(), (byte) 3, N, stream);
        Transfers.copy(again.address(), output.address() + 2000, 500, stream);
        again.release();
    }

    private void inputs(int seed) {
        byte[] values = new byte[N];
        new Random(seed).nextBytes(values);
        Bytes.put(input.address(), values, device.stream());
    }

    @Test
    void aReplayGivesTheBitsOfTheWorkItself() {
        try (CudaGraph graph = CudaGraph.capture(device, this::work)) {
            long asked = device.allocator().stats().systemCalls();
            for (int seed = 0; seed < 4; seed++) {
                inputs(seed);
                work();
                byte[] eager = Bytes.get(output.address(), N, device.stream());
                Transfers.fill8(output.address(), (byte) 0, N, device.stream());
                graph.replay();
                assertArrayEquals(eager, Bytes.get(output.address(), N, device.stream()));
            }
            assertEquals(asked, device.allocator().stats().systemCalls());
        }
    }

    @Test
    void aGraphThatIsClosedGivesItsMemoryBack() {
        CudaGraph.capture(device, this::work).close();
        long held = device.allocator().stats().heldBytes();
        for (int i = 0; i < 3; i++) CudaGraph.capture(device, this::work).close();
        assertEquals(held, device.allocator().stats().heldBytes());
    }

    @Test
    void nothingRunsWhileItIsRecorded() {
        Transfers.fill8(output.address(), (byte) 5, N, device.stream());
        inputs(1);
        try (CudaGraph graph = CudaGraph.capture(device, this::work)) {
            assertEquals(5, Bytes.first(output, device.stream()));
            graph.replay();
            assertEquals(3, Bytes.get(output.address() + 2000, 1, device.stream())[0]);
        }
    }

    @Test
    void itsMemoryIsItsOwnAndItsResultsKeepTheirPlace() {
        DeviceBlock[] result = new DeviceBlock[1];
        CudaGraph graph = CudaGraph.capture(device, () -> {
            result[0] = device.allocator().allocate(N);
            Transfers.copy(input.address(), result[0].address(), N, device.stream());
        });
        for (int seed = 0; seed < 3; seed++) {
            inputs(seed);
            graph.replay();
            // What others allocate in between does not lie there.
            DeviceBlock other = device.allocator().allocate(N);
            Transfers.fill8(other.address(), (byte) 9, N, device.stream());
            assertArrayEquals(Bytes.get(input.address(), N, device.stream()), Bytes.get(result[0].address(), N, device.stream()));
            other.release();
        }
        graph.close();
        assertArrayEquals(Bytes.get(input.address(), N, device.stream()), Bytes.get(result[0].address(), N, device.stream()));
        result[0].release();
        assertTrue(assertThrows(IllegalStateException.class, graph::replay).getMessage().contains("is closed"));
    }

    @Test
    void aReplayAfterAnInputWasFreedIsRefused() {
        DeviceBlock lost = device.allocator().allocate(N);
        try (CudaGraph graph = CudaGraph.capture(device, () -> Transfers.copy(lost.address(), output.address(), N, device.stream()))) {
            Transfers.fill8(lost.address(), (byte) 1, N, device.stream());
            graph.replay();
            lost.release();
            String message = assertThrows(IllegalStateException.class, graph::replay).getMessage();
            assertTrue(message.contains("a block of 5000 bytes") && message.contains("was freed after the capture"), message);
            // The same memory in other hands is not the same block.
            DeviceBlock heir = device.allocator().allocate(N);
            assertEquals(lost.address(), heir.address());
            assertThrows(IllegalStateException.class, graph::replay);
            heir.release();
        }
    }

    @Test
    void aReplayOnAClosedStreamIsRefused() {
        try (CudaGraph graph = CudaGraph.capture(device, this::work); CudaStream stream = new CudaStream(device); CudaStream.Use use = stream.use()) {
            stream.close();
            assertTrue(assertThrows(IllegalStateException.class, graph::replay).getMessage().contains("is closed"));
        }
    }

    private void refused(String what, Runnable work) {
        String message = assertThrows(IllegalStateException.class, () -> CudaGraph.capture(device, work)).getMessage();
        assertTrue(message.contains(what + " while a CudaGraph is captured: "), message);
    }

    @Test
    void whatCannotBePartOfAGraphIsRefusedAndTheThreadGoesOn() {
        refused("CudaStream.synchronize()", () -> device.stream().synchronize());
        refused("CudaDevice.synchronize()", device::synchronize);
        refused("CudaStream.isIdle()", () -> device.stream().isIdle());
        refused("CudaStream.waitFor()", () -> device.stream().waitFor(event));
        refused("CudaEvent.record()", () -> event.record(device.stream()));
        refused("CudaEvent.synchronize()", event::synchronize);
        refused("a copy from cuda:0 to the host", () -> Transfers.toHost(input.address(), 0, 4, device.stream()));
        refused("a copy from the host to cuda:0", () -> Transfers.toDevice(0, input.address(), 4, device.stream()));
        refused("CudaGraph.capture()", () -> CudaGraph.capture(device, () -> { }));
        IllegalArgumentException own = new IllegalArgumentException("the work's own");
        assertEquals(own, assertThrows(IllegalArgumentException.class, () -> CudaGraph.capture(device, () -> {
            throw own;
        })));
        inputs(1);
        try (CudaGraph graph = CudaGraph.capture(device, this::work)) {
            graph.replay();
            device.synchronize();
        }
    }

    @Test
    void otherThreadsWorkOnWhileOneRecords() throws InterruptedException {
        Transfers.fill8(input.address(), (byte) 8, N, device.stream());
        int[] read = new int[1];
        CudaGraph graph = CudaGraph.capture(device, () -> {
            Thread other = Thread.ofPlatform().start(() -> {
                DeviceBlock block = device.allocator().allocate(3 << 20);
                read[0] = Bytes.first(input, device.stream());
                device.synchronize();
                block.release();
            });
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            work();
        });
        assertEquals(8, read[0]);
        graph.replay();
        assertEquals(8, Bytes.first(output, device.stream()));
        graph.close();
    }
}
