package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the driver refuses, and the order that it promises: the emulator is as strict, so that a program that it runs is right on a device too. */
class EmulatorDriverRulesTest {
    private static final String TEXT = """
            extern "C" __global__ void scale(float *x, float by) { x[threadIdx.x] = x[threadIdx.x] * by + 1; }
            """;
    private static CUfunc_st scale;

    private final List<CUstream_st> streams = new ArrayList<>();

    @BeforeAll
    static void compile() {
        Emulated.start();
        scale = Emulated.kernel("scale", TEXT);
    }

    @BeforeEach
    void start() {
        Emulated.start();
    }

    @AfterEach
    void close() {
        for (CUstream_st stream : streams) cuStreamDestroy(stream);
    }

    private CUstream_st stream(int flags) {
        CUstream_st stream = new CUstream_st();
        Emulated.check(cuStreamCreate(stream, flags));
        streams.add(stream);
        return stream;
    }

    private static CUevent_st event(int flags) {
        CUevent_st event = new CUevent_st();
        Emulated.check(cuEventCreate(event, flags));
        return event;
    }

    private static void scale(long x, float by, CUstream_st stream) {
        Emulated.check(Emulated.launch(scale, stream, 1, 3, 0, x, by));
    }

    private static float first(long x) {
        return Emulated.floats(x, 1)[0];
    }

    // ---- contexts ----

    @Test
    void aThreadWithoutTheContextCanDoNothing() throws InterruptedException {
        long x = Emulated.floats(1, 2, 3);
        CUstream_st stream = stream(CU_STREAM_NON_BLOCKING);
        List<Integer> codes = new ArrayList<>();
        Thread other = new Thread(() -> {
            codes.add(Emulated.launch(scale, stream, 1, 3, 0, x, 2f));
            codes.add(cuMemsetD32Async(x, 0, 3, stream));
            codes.add(cuStreamSynchronize(stream));
            codes.add(cuEventCreate(new CUevent_st(), 0));
            codes.add(cuMemAlloc(new long[1], 16));
        });
        other.start();
        other.join();
        assertEquals(List.of(201, 201, 201, 201, 201), codes);
        assertEquals(1, first(x));
    }

    // ---- order ----

    /** The legacy stream waits for blocking streams and they for it; streams that do not block are independent. */
    @Test
    void theLegacyStreamTakesTurnsWithBlockingStreams() {
        CUstream_st blocking = stream(0);
        CUstream_st free = stream(CU_STREAM_NON_BLOCKING);
        long x = Emulated.floats(1, 1, 1);
        long y = Emulated.floats(1, 1, 1);
        scale(x, 2, blocking);
        scale(x, 10, null);
        scale(x, 3, blocking);
        scale(x, 100, null);
        scale(y, 7, free);
        Emulated.check(cuStreamSynchronize(blocking));
        assertEquals((1 * 2 + 1) * 10 * 3 + 3 + 1, peek(x), "what the legacy stream was given last need not have run");
        assertEquals(9401, first(x), "a copy on the legacy stream waits");
        assertEquals(1, first(y), "nobody waited for the free stream");
    }

    /** Reads on a stream of its own, which orders nothing else. */
    private static float peek(long x) {
        CUstream_st own = new CUstream_st();
        Emulated.check(cuStreamCreate(own, CU_STREAM_NON_BLOCKING));
        try (FloatPointer value = new FloatPointer(1)) {
            Emulated.check(cuMemcpyDtoHAsync(value, x, 4, own));
            Emulated.check(cuStreamSynchronize(own));
            return value.get();
        } finally {
            cuStreamDestroy(own);
        }
    }

    @Test
    void aStreamMayWaitForAnEventOfAStreamThatIsGone() {
        CUstream_st first = new CUstream_st();
        Emulated.check(cuStreamCreate(first, CU_STREAM_NON_BLOCKING));
        CUstream_st second = stream(CU_STREAM_NON_BLOCKING);
        CUevent_st event = event(CU_EVENT_DISABLE_TIMING);
        long x = Emulated.floats(1, 1, 1);
        scale(x, 2, first);
        Emulated.check(cuEventRecord(event, first));
        Emulated.check(cuStreamDestroy(first));
        Emulated.check(cuStreamWaitEvent(second, event, 0));
        scale(x, 10, second);
        Emulated.check(cuEventDestroy(event));
        Emulated.check(cuStreamSynchronize(second));
        assertEquals(31, first(x));
    }

    @Test
    void aTimeNeedsEventsThatTakeIt() {
        CUstream_st stream = stream(0);
        CUevent_st timed = event(0);
        CUevent_st untimed = event(CU_EVENT_DISABLE_TIMING);
        CUevent_st never = event(0);
        Emulated.check(cuEventRecord(timed, stream));
        Emulated.check(cuEventRecord(untimed, stream));
        float[] time = new float[1];
        assertEquals(CUDA_ERROR_NOT_READY, cuEventElapsedTime(time, timed, timed));
        Emulated.check(cuStreamSynchronize(stream));
        Emulated.check(cuEventElapsedTime(time, timed, timed));
        assertEquals(400, cuEventElapsedTime(time, timed, untimed));
        assertEquals(400, cuEventElapsedTime(time, timed, never));
        Emulated.check(cuEventQuery(never));
        Emulated.check(cuEventDestroy(timed));
        assertEquals(400, cuEventRecord(timed, stream), "an event that was destroyed");
    }

    // ---- captures ----

    @Test
    void twoStreamsAreCapturedTogetherWhenEventsJoinThem() {
        CUstream_st origin = stream(CU_STREAM_NON_BLOCKING);
        CUstream_st side = stream(CU_STREAM_NON_BLOCKING);
        CUevent_st fork = event(CU_EVENT_DISABLE_TIMING);
        CUevent_st join = event(CU_EVENT_DISABLE_TIMING);
        CUgraph_st graph = new CUgraph_st();
        long x = Emulated.floats(1, 1, 1);
        for (boolean joins : new boolean[] {true, false}) {
            Emulated.check(cuStreamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_GLOBAL));
            scale(x, 2, origin);
            Emulated.check(cuEventRecord(fork, origin));
            Emulated.check(cuStreamWaitEvent(side, fork, 0));
            scale(x, 10, side);
            if (joins) {
                Emulated.check(cuEventRecord(join, side));
                Emulated.check(cuStreamWaitEvent(origin, join, 0));
            }
            assertEquals(joins ? 0 : CUDA_ERROR_STREAM_CAPTURE_UNJOINED, cuStreamEndCapture(origin, graph));
            if (!joins) continue;
            CUgraphExec_st exec = new CUgraphExec_st();
            Emulated.check(cuGraphInstantiate(exec, graph, 0));
            Emulated.check(cuGraphDestroy(graph));
            Emulated.check(cuGraphLaunch(exec, origin));
            Emulated.check(cuGraphExecDestroy(exec));
            Emulated.check(cuStreamSynchronize(origin));
            assertEquals(31, first(x));
        }
        scale(x, 0, side);
        Emulated.check(cuStreamSynchronize(side));
        assertEquals(1, first(x), "the stream is its own again");
    }

    @Test
    void aCaptureDoesNotWaitForWhatIsNotInIt() {
        CUstream_st origin = stream(CU_STREAM_NON_BLOCKING);
        CUstream_st other = stream(CU_STREAM_NON_BLOCKING);
        CUevent_st outside = event(CU_EVENT_DISABLE_TIMING);
        CUgraph_st graph = new CUgraph_st();
        Emulated.check(cuEventRecord(outside, other));
        Emulated.check(cuStreamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_RELAXED));
        assertEquals(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, cuStreamWaitEvent(origin, outside, 0));
        assertEquals(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(origin, graph));
    }

    @Test
    void aCapturedEventNeverHappens() {
        CUstream_st origin = stream(CU_STREAM_NON_BLOCKING);
        CUevent_st inside = event(CU_EVENT_DISABLE_TIMING);
        CUgraph_st graph = new CUgraph_st();
        Emulated.check(cuStreamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_RELAXED));
        Emulated.check(cuEventRecord(inside, origin));
        assertEquals(CUDA_ERROR_CAPTURED_EVENT, cuEventSynchronize(inside));
        assertEquals(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(origin, graph));
        assertEquals(CUDA_ERROR_ILLEGAL_STATE, cuStreamEndCapture(origin, graph), "nothing is captured any more");
        assertEquals(CUDA_ERROR_CAPTURED_EVENT, cuEventQuery(inside));
        Emulated.check(cuEventRecord(inside, origin));
        Emulated.check(cuEventSynchronize(inside));
    }

    /** The mode says for whose threads the driver refuses what might wait. */
    @Test
    void whatMightWaitIsRefusedByTheModeOfTheCapture() throws InterruptedException {
        for (int mode : new int[] {CU_STREAM_CAPTURE_MODE_GLOBAL, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, CU_STREAM_CAPTURE_MODE_RELAXED}) {
            for (boolean elsewhere : new boolean[] {true, false}) {
                CUstream_st origin = stream(CU_STREAM_NON_BLOCKING);
                CUgraph_st graph = new CUgraph_st();
                Emulated.check(cuStreamBeginCapture(origin, mode));
                int[] code = new int[1];
                Runnable allocate = () -> {
                    Cuda.device(0).makeCurrent();
                    code[0] = cuMemAlloc(new long[1], 16);
                };
                if (elsewhere) {
                    Thread other = new Thread(allocate);
                    other.start();
                    other.join();
                } else {
                    allocate.run();
                }
                boolean refused = mode == CU_STREAM_CAPTURE_MODE_GLOBAL || mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL && !elsewhere;
                assertEquals(refused ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : 0, code[0], "mode " + mode + (elsewhere ? ", another thread" : ""));
                assertEquals(refused ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : 0, cuStreamEndCapture(origin, graph));
            }
        }
    }

    @Test
    void theLegacyStreamBreaksACaptureOfABlockingStreamAlone() {
        long x = Emulated.floats(1, 1, 1);
        CUgraph_st graph = new CUgraph_st();
        for (int flags : new int[] {0, CU_STREAM_NON_BLOCKING}) {
            CUstream_st origin = stream(flags);
            Emulated.check(cuStreamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_RELAXED));
            int expected = flags == 0 ? CUDA_ERROR_STREAM_CAPTURE_IMPLICIT : 0;
            assertEquals(expected, Emulated.launch(scale, null, 1, 3, 0, x, 2f));
            assertEquals(flags == 0 ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : 0, cuStreamEndCapture(origin, graph));
        }
        assertEquals(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamBeginCapture(null, CU_STREAM_CAPTURE_MODE_RELAXED));
        assertEquals(3, first(x));
    }

    /** A graph reads host memory when it runs, so memory that is gone by then is a fault of the program. */
    @Test
    void aCapturedCopyReadsTheHostWhenItRuns() {
        CUstream_st origin = stream(CU_STREAM_NON_BLOCKING);
        CUgraph_st graph = new CUgraph_st();
        CUgraphExec_st exec = new CUgraphExec_st();
        long x = Emulated.floats(0, 0, 0);
        try (FloatPointer host = new FloatPointer(1, 2, 3)) {
            Emulated.check(cuStreamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_RELAXED));
            Emulated.check(cuMemcpyHtoDAsync(x, host, 12, origin));
            Emulated.check(cuStreamEndCapture(origin, graph));
            Emulated.check(cuGraphInstantiate(exec, graph, 0));
            host.put(4, 5, 6);
            Emulated.check(cuGraphLaunch(exec, origin));
            Emulated.check(cuStreamSynchronize(origin));
        }
        assertArrayEquals(new float[] {4, 5, 6}, Emulated.floats(x, 3));
    }

    // ---- modules ----

    @Test
    void aKernelOfAModuleThatIsGoneIsNotLaunched() {
        CUstream_st origin = stream(CU_STREAM_NON_BLOCKING);
        CUmod_st module = new CUmod_st();
        CUfunc_st function = new CUfunc_st();
        try (BytePointer image = new BytePointer(new EmulatorCompiler().compile(KernelSource.generated("demo.cu", TEXT), EmulatorCompiler.ARCHITECTURE).image())) {
            Emulated.check(cuModuleLoadData(module, image));
        }
        Emulated.check(cuModuleGetFunction(function, module, "scale"));
        long x = Emulated.floats(1, 1, 1);
        CUgraph_st graph = new CUgraph_st();
        CUgraphExec_st exec = new CUgraphExec_st();
        Emulated.check(cuStreamBeginCapture(origin, CU_STREAM_CAPTURE_MODE_RELAXED));
        Emulated.check(Emulated.launch(function, origin, 1, 3, 0, x, 2f));
        Emulated.check(cuStreamEndCapture(origin, graph));
        Emulated.check(cuGraphInstantiate(exec, graph, 0));
        Emulated.check(Emulated.launch(function, origin, 1, 3, 0, x, 2f));
        Emulated.check(cuModuleUnload(module));
        assertEquals(3, first(x), "what was launched before has run");
        assertEquals(400, Emulated.launch(function, origin, 1, 3, 0, x, 2f));
        assertEquals(400, cuModuleGetFunction(function, module, "scale"));
        assertEquals(400, cuModuleUnload(module));
        Emulated.check(cuGraphLaunch(exec, origin));
        assertEquals(400, cuStreamSynchronize(origin));
        assertTrue(Emulated.text(400).contains("a graph launches a kernel whose module was unloaded"));
    }

    private static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    /** A module's place, its file and its library's name serve the next one, which is another. */
    @Test
    void modulesLeaveNothingBehind() throws IOException {
        BytePointer[] images = new BytePointer[3];
        for (int v = 0; v < 2; v++) {
            String text = "extern \"C\" __global__ void __launch_bounds__(" + (100 + v) + ") k() { __shared__ int s; s = " + v + "; }";
            images[v] = new BytePointer(new EmulatorCompiler().compile(KernelSource.generated("demo.cu", text), EmulatorCompiler.ARCHITECTURE).image());
        }
        // A shared object, but not of kernels.
        images[2] = new BytePointer(Files.readAllBytes(EmulatorBuild.folder().resolve(EmulatorBuild.RUNTIME)));
        CUmod_st module = new CUmod_st();
        long before = openFiles();
        for (int i = 0; i < 30; i++) {
            int v = i % 3;
            assertEquals(v == 2 ? CUDA_ERROR_INVALID_IMAGE : 0, cuModuleLoadData(module, images[v]));
            if (v == 2) continue;
            CUfunc_st function = new CUfunc_st();
            Emulated.check(cuModuleGetFunction(function, module, "k"));
            int[] most = new int[1];
            Emulated.check(cuFuncGetAttribute(most, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, function));
            assertEquals(100 + v, most[0]);
            Emulated.check(cuModuleUnload(module));
        }
        assertEquals(before, openFiles());
    }

    // ---- sizes ----

    @Test
    void sizesBeyondEveryMemoryAreRefused() {
        long[] address = new long[1];
        for (long bytes : new long[] {-1, -256, Long.MAX_VALUE, 1L << 45}) assertEquals(CUDA_ERROR_OUT_OF_MEMORY, cuMemAlloc(address, bytes), () -> bytes + " bytes");
        long x = Emulated.allocate(64);
        assertEquals(CUDA_ERROR_ILLEGAL_ADDRESS, cuMemsetD32(x, 0, 1L << 62), "its bytes are a multiple of 2^64");
        assertTrue(Emulated.text(CUDA_ERROR_ILLEGAL_ADDRESS).contains("a fill of 4611686018427387904 elements of 4 bytes at 0x" + Long.toHexString(x)));
    }
}
