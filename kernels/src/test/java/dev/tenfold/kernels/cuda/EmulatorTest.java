package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Right programs on the emulator: barriers, warps, shared memory, atomics, streams, events and graphs do what CUDA says. */
class EmulatorTest {
    private static final String TEXT = """
            extern "C" __global__ void add(const float *a, const float *b, float *c, long long n) {
                long long i = blockIdx.x * (long long) blockDim.x + threadIdx.x;
                if (i < n) c[i] = a[i] + b[i];
            }
            extern "C" __global__ void sum(const float *a, float *out, int n) {
                __shared__ float part[32];
                float s = 0;
                for (int i = threadIdx.x; i < n; i += blockDim.x) s += a[i];
                for (int d = 16; d > 0; d >>= 1) s += __shfl_xor_sync(0xffffffffu, s, d);
                if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = s;
                __syncthreads();
                if (threadIdx.x < 32) {
                    float t = threadIdx.x < blockDim.x / 32 ? part[threadIdx.x] : 0;
                    for (int d = 16; d > 0; d >>= 1) t += __shfl_down_sync(0xffffffffu, t, d);
                    if (threadIdx.x == 0) out[blockIdx.x] = t;
                }
            }
            extern "C" __global__ void product(const float *a, const float *b, float *c, int n) {
                __shared__ float ta[8][8];
                __shared__ float tb[8][8];
                int x = threadIdx.x % 8, y = threadIdx.x / 8, row = blockIdx.x / (n / 8) * 8 + y, column = blockIdx.x % (n / 8) * 8 + x;
                float s = 0;
                for (int k = 0; k < n; k += 8) {
                    ta[y][x] = a[row * n + k + x];
                    tb[y][x] = b[(k + y) * n + column];
                    __syncthreads();
                    for (int i = 0; i < 8; i++) s += ta[y][i] * tb[i][x];
                    __syncthreads();
                }
                c[row * n + column] = s;
            }
            extern "C" __global__ void count(int *counts, float *total, int classes) {
                atomicAdd(&counts[(blockIdx.x * blockDim.x + threadIdx.x) % classes], 1);
                atomicAdd(total, 0.5f);
                atomicMax(&counts[classes], (int) threadIdx.x);
            }
            extern "C" __global__ void votes(int *out) {
                unsigned lane = threadIdx.x % 32;
                unsigned even = __ballot_sync(0xffffffffu, lane % 2 == 0);
                int up = __shfl_up_sync(0xffffffffu, (int) lane, 1, 8);
                int all = __all_sync(0xffffffffu, lane < 32), any = __any_sync(0xffffffffu, lane == 40);
                unsigned same = __match_any_sync(0xffffffffu, lane / 8);
                unsigned sum = __reduce_add_sync(0xffffffffu, lane);
                int low = 0;
                if (lane < 16) low = __reduce_min_sync(0x0000ffffu, (int) lane - 5);
                out[threadIdx.x] = (even == 0x55555555u) + (up == (lane % 8 ? (int) lane - 1 : (int) lane)) + (all != 0) + (any == 0)
                    + (same == 0xffu << lane / 8 * 8) + (sum == 496) + (lane >= 16 || low == -5);
            }
            extern "C" __global__ void scale(float *x, float by, int n) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < n) x[i] = x[i] * by + 1;
            }
            """;
    private static CUfunc_st add;
    private static CUfunc_st sum;
    private static CUfunc_st product;
    private static CUfunc_st count;
    private static CUfunc_st votes;
    private static CUfunc_st scale;

    @BeforeAll
    static void compile() {
        Emulated.start();
        List<CUfunc_st> all = Emulated.kernels(TEXT, "add", "sum", "product", "count", "votes", "scale");
        add = all.get(0);
        sum = all.get(1);
        product = all.get(2);
        count = all.get(3);
        votes = all.get(4);
        scale = all.get(5);
    }

    @BeforeEach
    void start() {
        Emulated.start();
    }

    private static float[] numbers(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) values[i] = i % 17 - 8;
        return values;
    }

    @Test
    void aGridOfManyBlocks() {
        int n = 100_003;
        float[] a = numbers(n);
        long x = Emulated.floats(a);
        long y = Emulated.allocate(4L * n);
        Emulated.check(Emulated.launch(add, null, (n + 255) / 256, 256, 0, x, x, y, (long) n));
        float[] result = Emulated.floats(y, n);
        for (int i = 0; i < n; i++) assertEquals(2 * a[i], result[i]);
    }

    @Test
    void barriersAndShuffles() {
        int n = 10_000;
        float[] a = numbers(n);
        long x = Emulated.floats(a);
        long y = Emulated.allocate(4 * 5);
        Emulated.check(Emulated.launch(sum, null, 5, 256, 0, x, y, n));
        float expected = 0;
        for (float v : a) expected += v;
        float[] all = new float[5];
        Arrays.fill(all, expected);
        assertArrayEquals(all, Emulated.floats(y, 5));
    }

    @Test
    void aTiledProduct() {
        int n = 32;
        float[] a = numbers(n * n);
        long x = Emulated.floats(a);
        long y = Emulated.allocate(4L * n * n);
        Emulated.check(Emulated.launch(product, null, 16, 64, 0, x, x, y, n));
        float[] result = Emulated.floats(y, n * n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                float s = 0;
                for (int k = 0; k < n; k++) s += a[i * n + k] * a[k * n + j];
                assertEquals(s, result[i * n + j]);
            }
        }
    }

    @Test
    void atomicsOfManyBlocks() {
        long counts = Emulated.allocate(4 * 8);
        long total = Emulated.floats(0);
        Emulated.check(cuMemsetD32(counts, 0, 8));
        Emulated.check(Emulated.launch(count, null, 70, 96, 0, counts, total, 7));
        float[] bits = Emulated.floats(counts, 8);
        for (int i = 0; i < 7; i++) assertEquals(960, Float.floatToRawIntBits(bits[i]));
        assertEquals(95, Float.floatToRawIntBits(bits[7]));
        assertEquals(3360, Emulated.floats(total, 1)[0]);
    }

    @Test
    void votesAndWarpReductions() {
        long out = Emulated.allocate(4 * 64);
        Emulated.check(Emulated.launch(votes, null, 1, 64, 0, out));
        for (float bits : Emulated.floats(out, 64)) assertEquals(7, Float.floatToRawIntBits(bits));
    }

    private static CUstream_st stream() {
        CUstream_st stream = new CUstream_st();
        Emulated.check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING));
        return stream;
    }

    /** Work of a stream is done in order, and as late as CUDA allows: what does not wait for it reads what was there before. */
    @Test
    void streamsAreLateUntilSomethingWaits() {
        CUstream_st stream = stream();
        long x = Emulated.floats(1, 2, 3);
        Emulated.check(Emulated.launch(scale, stream, 1, 32, 0, x, 2f, 3));
        Emulated.check(Emulated.launch(scale, stream, 1, 32, 0, x, 10f, 3));
        assertArrayEquals(new float[] {1, 2, 3}, Emulated.floats(x, 3), "nobody waited for the stream");
        Emulated.check(cuStreamSynchronize(stream));
        assertArrayEquals(new float[] {31, 51, 71}, Emulated.floats(x, 3));
        Emulated.check(cuStreamDestroy(stream));
    }

    @Test
    void anEventOrdersTwoStreams() {
        CUstream_st first = stream();
        CUstream_st second = stream();
        CUevent_st event = new CUevent_st();
        CUevent_st end = new CUevent_st();
        Emulated.check(cuEventCreate(event, 0));
        Emulated.check(cuEventCreate(end, 0));
        long x = Emulated.floats(1, 2, 3);
        Emulated.check(Emulated.launch(scale, first, 1, 32, 0, x, 2f, 3));
        Emulated.check(cuEventRecord(event, first));
        Emulated.check(Emulated.launch(scale, first, 1, 32, 0, x, 0f, 3));
        Emulated.check(cuStreamWaitEvent(second, event, 0));
        Emulated.check(Emulated.launch(scale, second, 1, 32, 0, x, 10f, 3));
        Emulated.check(cuEventRecord(end, second));
        Emulated.check(cuStreamSynchronize(second));
        assertArrayEquals(new float[] {31, 51, 71}, Emulated.floats(x, 3), "what comes behind the event has not run");
        try (org.bytedeco.javacpp.FloatPointer time = new org.bytedeco.javacpp.FloatPointer(1)) {
            Emulated.check(cuEventElapsedTime(time, event, end));
            assertEquals(true, time.get() >= 0);
        }
        Emulated.check(cuStreamDestroy(first));
        Emulated.check(cuStreamDestroy(second));
        assertArrayEquals(new float[] {1, 1, 1}, Emulated.floats(x, 3));
    }

    @Test
    void aGraphDoesAgainWhatWasCaptured() {
        CUstream_st stream = stream();
        long x = Emulated.floats(1, 2, 3);
        CUgraph_st graph = new CUgraph_st();
        CUgraphExec_st exec = new CUgraphExec_st();
        Emulated.check(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        Emulated.check(Emulated.launch(scale, stream, 1, 32, 0, x, 2f, 3));
        Emulated.check(cuStreamEndCapture(stream, graph));
        assertArrayEquals(new float[] {1, 2, 3}, Emulated.floats(x, 3), "a capture runs nothing");
        Emulated.check(cuGraphInstantiate(exec, graph, 0));
        for (int i = 0; i < 3; i++) Emulated.check(cuGraphLaunch(exec, stream));
        Emulated.check(cuStreamSynchronize(stream));
        assertArrayEquals(new float[] {15, 23, 31}, Emulated.floats(x, 3));

        Emulated.check(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        assertEquals(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, cuStreamSynchronize(stream), "nothing may wait inside a capture");
        assertEquals(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, cuStreamEndCapture(stream, graph));
    }

    /** Pinned memory is read when the copy runs, as by the hardware; other memory when it is given. */
    @Test
    void asynchronousCopiesReadPinnedMemoryLate() {
        CUstream_st stream = stream();
        long x = Emulated.allocate(16);
        BytePointer pinned = new BytePointer();
        Emulated.check(cuMemHostAlloc(pinned, 16, 0));
        pinned.capacity(16);
        IntStream.range(0, 4).forEach(i -> pinned.putFloat(4L * i, 1));
        Emulated.check(cuMemcpyHtoDAsync(x, pinned, 16, stream));
        IntStream.range(0, 4).forEach(i -> pinned.putFloat(4L * i, 2));
        Emulated.check(cuStreamSynchronize(stream));
        assertArrayEquals(new float[] {2, 2, 2, 2}, Emulated.floats(x, 4));
        Emulated.check(cuMemFreeHost(pinned));
    }
}
