package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Launches through {@link CudaKernel}: every type of argument, what is refused, threads, and nothing made on the heap. */
class KernelLaunchTest {
    private static final KernelSource SOURCE = KernelSource.generated("demo/launch.cu", """
            struct Shape { long long sizes[3]; int rank; };
            extern "C" __global__ void all(double *out, int a, long long b, float c, double d, Shape shape, const double *in) {
                out[0] = a; out[1] = b; out[2] = c; out[3] = d; out[4] = shape.sizes[2]; out[5] = shape.rank; out[6] = in[0];
            }
            extern "C" __global__ void empty(double *out) { }
            extern "C" __global__ void __launch_bounds__(128) bounded(double *out) { out[blockIdx.x] = threadIdx.x; }
            extern "C" __global__ void shared(double *out, int n) {
                DYNAMIC_SHARED(double, s);
                for (int i = threadIdx.x; i < n; i += blockDim.x) s[i] = i;
                __syncthreads();
                if (threadIdx.x == 0) out[0] = s[n - 1];
            }
            """);
    private static final CudaKernel ALL = CudaKernel.of(SOURCE, "all", Parameter.POINTER, Parameter.I32, Parameter.I64, Parameter.F32, Parameter.F64,
            Parameter.struct(32), Parameter.POINTER);
    private static final CudaKernel EMPTY = CudaKernel.of(SOURCE, "empty", Parameter.POINTER);
    private static final CudaKernel BOUNDED = CudaKernel.of(SOURCE, "bounded", Parameter.POINTER);
    private static final CudaKernel SHARED = CudaKernel.of(SOURCE, "shared", Parameter.POINTER, Parameter.I32);

    private static CudaDevice device;

    @BeforeAll
    static void start() {
        System.setProperty("tenfold.cuda.emulator", "true");
        assumeTrue(Cuda.available(), Cuda::status);
        device = Cuda.device(0);
    }

    private static double[] read(Block block, int n) {
        Block host = HostAllocator.get().allocate(8L * n);
        try {
            Transfers.toHost(block.address(), host.address(), 8L * n, device.stream());
            double[] values = new double[n];
            for (int i = 0; i < n; i++) values[i] = Memory.getDouble(host.address() + 8L * i);
            return values;
        } finally {
            host.release();
        }
    }

    private static Block block(int doubles) {
        return device.allocator().allocate(8L * doubles, device.stream());
    }

    @Test
    void everyTypeOfArgumentArrives() {
        Block out = block(7);
        Launch launch = ALL.on(device.stream()).pointer(out.address()).i32(-7).i64(1L << 40).f32(0.25f).f64(Math.PI);
        long shape = launch.struct(32);
        Memory.putLong(shape + 16, 99);
        Memory.putInt(shape + 24, 3);
        launch.pointer(out.address() + 24).launch(1, 1);
        double[] values = read(out, 7);
        assertEquals(List.of(-7.0, 0x1p40, 0.25, Math.PI, 99.0, 3.0, Math.PI), java.util.Arrays.stream(values).boxed().toList());
        out.release();
    }

    @Test
    void wrongArgumentsAreToldBeforeTheLaunch() {
        String type = assertThrows(IllegalArgumentException.class, () -> ALL.on(device.stream()).pointer(0).i64(3)).getMessage();
        assertTrue(type.contains("all of demo/launch.cu: argument 1 is i64, but parameter 1 is declared i32")
                && type.contains("(pointer, i32, i64, f32, f64, struct of 32 bytes, pointer)"), type);
        String many = assertThrows(IllegalArgumentException.class, () -> EMPTY.on(device.stream()).pointer(0).i32(1)).getMessage();
        assertTrue(many.contains("argument 1 is i32, but it has only 1 parameters"), many);
        String few = assertThrows(IllegalArgumentException.class, () -> SHARED.on(device.stream()).pointer(0).launch(1, 1)).getMessage();
        assertTrue(few.contains("shared of demo/launch.cu: 1 of 2 arguments were given"), few);
    }

    @Test
    void aDeclarationThatIsNotTheKernelsIsRefused() {
        CudaKernel wrong = CudaKernel.of(SOURCE, "all", Parameter.POINTER, Parameter.I64);
        String sizes = assertThrows(IllegalArgumentException.class, () -> wrong.on(device.stream()).pointer(0).i64(1).launch(1, 1)).getMessage();
        assertTrue(sizes.contains("compiled are 7 of [8, 4, 8, 4, 8, 32, 8] bytes, declared 2: [pointer, i64]"), sizes);
        CudaKernel absent = CudaKernel.of(SOURCE, "none");
        String name = assertThrows(IllegalArgumentException.class, () -> absent.on(device.stream()).launch(1, 1)).getMessage();
        assertTrue(name.contains("there is no kernel none in demo/launch.cu") && name.contains("extern \"C\" __global__"), name);
        CudaKernel broken = CudaKernel.of(KernelSource.generated("demo/broken.cu", "\nextern \"C\" __global__ void k(float *x) { x[0] = y; }\n"), "k", Parameter.POINTER);
        String text = assertThrows(KernelCompilationException.class, () -> broken.on(device.stream()).pointer(0).launch(1, 1)).getMessage();
        assertTrue(text.contains("demo/broken.cu:2") && text.contains("2 | extern \"C\" __global__ void k(float *x) { x[0] = y; }"), text);
    }

    @Test
    void shapesThatTheKernelCannotHaveAreRefused() {
        Block out = block(4);
        String threads = assertThrows(IllegalArgumentException.class, () -> BOUNDED.on(device.stream()).pointer(out.address()).launch(2, 256)).getMessage();
        assertTrue(threads.contains("bounded of demo/launch.cu(0x") && threads.contains("grid 2 x 1 x 1, block 256 x 1 x 1") && threads.contains("at most 128"), threads);
        String shared = assertThrows(IllegalArgumentException.class, () -> SHARED.on(device.stream()).pointer(out.address()).i32(1).launch(1, 32, 1 << 20)).getMessage();
        assertTrue(shared.contains("1048576 bytes of shared memory a block") && shared.contains("at most 232448"), shared);
        BOUNDED.on(device.stream()).pointer(out.address()).launch(0, 128);
        out.release();
    }

    @Test
    void sharedMemoryAboveTheUsualIsAskedFor() {
        Block out = block(1);
        int n = 20_000;
        SHARED.on(device.stream()).pointer(out.address()).i32(n).launch(1, 64, 8 * n);
        assertEquals(n - 1, read(out, 1)[0]);
        out.release();
    }

    /** An argument that launches something itself uses the thread's launch up: the outer one must not go on with it. */
    @Test
    void aLaunchThatWasOvertakenIsRefused() {
        Block out = block(1);
        Launch outer = SHARED.on(device.stream()).pointer(out.address());
        EMPTY.on(device.stream()).pointer(out.address()).launch(1, 1);
        String over = assertThrows(IllegalStateException.class, () -> outer.i32(1)).getMessage();
        assertTrue(over.contains("this launch is over"), over);
        device.synchronize();
        out.release();
    }

    @Test
    void threadsLaunchOnTheirOwn() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int mine = t;
                all.add(threads.submit(() -> {
                    try (CudaStream stream = new CudaStream(device); CudaStream.Use use = stream.use()) {
                        Block out = block(7); // of this stream: another one's memory might still be in use there
                        for (int i = 0; i < 50; i++) {
                            Launch launch = ALL.on(stream).pointer(out.address()).i32(mine).i64(i).f32(1).f64(2);
                            launch.struct(32);
                            launch.pointer(out.address()).launch(1, 1);
                            assertEquals(i, read(out, 7)[1]);
                            assertEquals(mine, read(out, 7)[0]);
                        }
                        out.release();
                    }
                }));
            }
            for (Future<?> each : all) each.get();
        }
    }
}
