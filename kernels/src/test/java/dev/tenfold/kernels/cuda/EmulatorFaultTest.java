package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults that are planted into kernels, each of which the emulator finds and tells with kernel, block, thread and line. */
class EmulatorFaultTest {
    private static final Map<String, CUfunc_st> MODULE = new HashMap<>();
    private static final Map<String, Integer> LINES = new HashMap<>();

    /** All faulty kernels in one text, k0, k1, …: one run of the compiler. */
    @BeforeAll
    static void compile() {
        Emulated.start();
        StringBuilder text = new StringBuilder();
        List<String> labels = new ArrayList<>();
        faults().map(Arguments::get).forEach(fault -> {
            text.append("extern \"C\" __global__ void k").append(labels.size()).append("(float *x, int n) {\n").append(fault[1]).append("\n}\n");
            LINES.put((String) fault[0], 3 * labels.size() + 2);
            labels.add((String) fault[0]);
        });
        List<CUfunc_st> kernels = Emulated.kernels(text.toString(), IntStream.range(0, labels.size()).mapToObj(i -> "k" + i).toArray(String[]::new));
        for (int i = 0; i < labels.size(); i++) MODULE.put(labels.get(i), kernels.get(i));
    }

    @BeforeEach
    void start() {
        Emulated.start();
    }

    /** Label, body of {@code k(float *x, int n)} with x of 64 floats (32 of them written), block of 64 threads, the error's number, words of the report. */
    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of("read behind a block", "x[threadIdx.x] = x[threadIdx.x == 33 ? n : 0];", 700,
                        List.of("out-of-bounds read of 4 bytes", "0 bytes behind a block of 256 bytes", "thread (33, 0, 0) of block (0, 0, 0), kernel k0", "demo.cu:LINE")),
                Arguments.of("write behind a block", "x[n + 3] = 1;", 700, List.of("out-of-bounds write of 4 bytes", "12 bytes behind a block of 256 bytes", "thread (0, 0, 0)")),
                Arguments.of("write before a block", "x[-1] = 1;", 700, List.of("out-of-bounds write of 4 bytes", "kernel k2")),
                Arguments.of("host memory", "float *h = (float *) 4096; x[0] = *h;", 700, List.of("which is not device memory")),
                Arguments.of("misaligned", "double *d = (double *) (x + 1); *d = 1;", 716, List.of("misaligned write of 8 bytes", "multiple of 8")),
                Arguments.of("misaligned vector", "*(float4 *) (x + 1) = make_float4(1, 2, 3, 4);", 716, List.of("misaligned write of 16 bytes", "multiple of 16", "demo.cu:LINE")),
                Arguments.of("misaligned vector in shared memory", "__shared__ __align__(16) float s[64]; s[threadIdx.x] = 1; __syncthreads(); float4 v = *(float4 *) (s + 1); x[0] = v.x;", 716,
                        List.of("misaligned read of 16 bytes of shared memory")),
                Arguments.of("index beyond a shared array", "__shared__ float s[64]; __shared__ float t[64]; s[n] = 1; t[0] = 2; x[0] = t[0];", 719,
                        List.of("an index beyond the end of an array", "thread (0, 0, 0)", "demo.cu:LINE")),
                Arguments.of("index beyond an array of the thread", "float a[4] = {1, 2, 3, 4}; x[0] = a[n];", 719, List.of("an index beyond the end of an array")),
                Arguments.of("division by 0", "x[0] = n / (n - 64);", 719, List.of("a whole number is divided by 0", "demo.cu:LINE")),
                Arguments.of("never written", "x[0] = x[32 + threadIdx.x % 2];", 719, List.of("read of 4 bytes", "never written before", "128 bytes into a block of 256 bytes")),
                Arguments.of("atomic behind a block", "atomicAdd(x + n, 1.0f);", 700, List.of("out-of-bounds atomic access")),
                Arguments.of("race, write then read", "__shared__ float s[64]; s[threadIdx.x] = 1; __syncthreads(); s[threadIdx.x] = 2; x[0] = s[63 - threadIdx.x];", 719,
                        List.of("shared-memory race", "with no barrier between them")),
                Arguments.of("race, two writes", "__shared__ float s[1]; s[0] = threadIdx.x; __syncthreads(); x[0] = s[0];", 719, List.of("shared-memory race: write after a write of another thread", "the other is thread (0, 0, 0)")),
                Arguments.of("race, read then write", "__shared__ float s[64]; s[threadIdx.x] = 1; __syncthreads(); float v = s[0]; s[threadIdx.x] = v;", 719,
                        List.of("shared-memory race")),
                Arguments.of("race between warps that only warps keep", "__shared__ float s[64]; s[threadIdx.x] = 1; __syncwarp(); x[threadIdx.x] = s[(threadIdx.x + 32) % 64];", 719,
                        List.of("read of shared memory that no thread of the block has written")),
                Arguments.of("shared memory never written", "__shared__ float s[64]; if (threadIdx.x < 32) s[threadIdx.x] = 1; __syncthreads(); x[threadIdx.x] = s[threadIdx.x];", 719, List.of("read of shared memory that no thread of the block has written")),
                Arguments.of("divergent barrier", "if (threadIdx.x < 32) { __syncthreads(); x[0] = 1; } else { __syncthreads(); }", 719, List.of("divergent barrier", "demo.cu:LINE")),
                Arguments.of("a thread left before the barrier", "if (threadIdx.x == 5) return; __syncthreads();", 719,
                        List.of("divergent barrier", "thread (5, 0, 0)", "has left the kernel")),
                Arguments.of("threads left while others wait", "if (threadIdx.x > 40) return; __syncthreads();", 719, List.of("divergent barrier", "23 of 64 threads have left the kernel")),
                Arguments.of("a lane left before the shuffle", "if (threadIdx.x == 5) return; __shfl_down_sync(0xffffffffu, 1.0f, 1);", 719,
                        List.of("names lane 5, whose thread has left the kernel")),
                Arguments.of("a lane that the mask leaves out", "__ballot_sync(0x0000ffffu, 1);", 719, List.of("called by lane 16, which the mask leaves out")),
                Arguments.of("half of the warp elsewhere", "if (threadIdx.x % 2) __shfl_sync(0xffffffffu, 1.0f, 0); else __syncthreads();", 719,
                        List.of("the block is stuck", "waits in a warp function with mask 0xffffffff", "waits in a barrier")),
                Arguments.of("a shuffle from outside the mask", "if (threadIdx.x < 16) __shfl_sync(0x0000ffffu, 1.0f, 20);", 719, List.of("reads from lane 20, which the mask leaves out")),
                Arguments.of("trap", "if (threadIdx.x == 7) __trap();", 719, List.of("the kernel stopped itself", "thread (7, 0, 0)")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void aFaultIsFoundAndTold(String label, String body, int code, List<String> words) {
        long x = Emulated.allocate(256);
        Emulated.check(cuMemsetD32(x, 0, 32));
        CUfunc_st kernel = MODULE.get(label);
        Emulated.check(Emulated.launch(kernel, null, 1, 64, 0, x, 64));
        assertEquals(code, cuCtxSynchronize());
        String report = Emulated.text(code);
        for (String word : words) {
            String expected = word.replace("LINE", String.valueOf(LINES.get(label)));
            assertTrue(report.contains(expected), () -> report + "\ndoes not say: " + expected);
        }
        assertEquals(code, cuMemsetD32(x, 0, 1), "the context is lost");
        Emulated.start();
        Emulated.allocate(16);
    }

    @Test
    void memoryThatWasFreedIsNotReadAgain() {
        long x = Emulated.floats(new float[64]);
        Emulated.check(cuMemFree(x));
        CUfunc_st kernel = Emulated.kernel("k", "extern \"C\" __global__ void k(float *x, int n) { float v = x[threadIdx.x + 8]; if (v > 0) x[0] = 1; }");
        Emulated.check(Emulated.launch(kernel, null, 1, 32, 0, x, 64));
        assertEquals(700, cuCtxSynchronize());
        String report = Emulated.text(700);
        assertTrue(report.contains("use after free: read of 4 bytes") && report.contains("32 bytes into a freed block of 256 bytes"), report);
    }

    @Test
    void dynamicSharedMemoryHasAnEnd() {
        long x = Emulated.floats(new float[64]);
        CUfunc_st kernel = Emulated.kernel("k", "extern \"C\" __global__ void k(float *x, int n) { DYNAMIC_SHARED(float, s); s[threadIdx.x] = 1; x[0] = s[threadIdx.x]; }");
        Emulated.check(Emulated.launch(kernel, null, 1, 1, 4, x, 64));
        Emulated.check(cuCtxSynchronize());
        Emulated.check(Emulated.launch(kernel, null, 1, 33, 128, x, 64));
        assertEquals(700, cuCtxSynchronize());
    }

    @Test
    void whatTheDeviceCannotDoIsRefusedAtTheLaunch() {
        CUfunc_st kernel = Emulated.kernel("k", "extern \"C\" __global__ void __launch_bounds__(128) k(float *x, int n) { }");
        assertEquals(1, Emulated.launch(kernel, null, 1, 1025, 0, 0L, 0), "more than 1024 threads");
        assertEquals(701, Emulated.launch(kernel, null, 1, 256, 0, 0L, 0), "more than the launch bounds");
        assertEquals(1, Emulated.launch(kernel, null, 1, 64, 50 << 10, 0L, 0), "more shared memory than was asked for");
        assertEquals(1, Emulated.launch(kernel, null, 0, 64, 0, 0L, 0), "no block");
        assertEquals(1, Emulated.launch(kernel, null, 1, 64, 0, 0L), "an argument is missing");
        Emulated.check(Emulated.launch(kernel, null, 1, 128, 0, 0L, 0));
        Emulated.check(cuCtxSynchronize());
    }
}
