package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.kernels.expr.StridedRun;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The headers of {@code src-cuda/common} where no operation's kernel reaches them alone. */
class DeviceHeadersTest {
    private static final KernelSource PLACES = KernelSource.generated("places.cu", """
            #include "common/exponential.cuh"
            #include "common/space.cuh"
            extern "C" __global__ void places(const Space<2> space, const i64 n, i64 *first, i64 *second) {
                const i64 i = thread_number();
                if (i >= n) return;
                i64 o[2];
                place(space, i, o);
                first[i] = o[0];
                second[i] = o[1];
            }
            extern "C" __global__ void exponentials(const f32 *x, const f64 *y, const i64 n, f32 *ex, f64 *ey) {
                const i64 i = thread_number();
                if (i >= n) return;
                ex[i] = exponential(x[i]);
                ey[i] = exponential(y[i]);
            }
            """);
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    @Test
    void placesAreThoseOfTheStridesWhetherCountedIn32Or64Bits() {
        CudaKernel kernel = CudaKernel.of(PLACES, "places", IterationSpace.parameter(2), Parameter.I64, Parameter.POINTER, Parameter.POINTER);
        long[] shape = {3, 1, 7, 2, 5, 13};
        long[][] strides = {{1, 9, 3, -1000, 21, 105}, {0, 0, 1L << 33, 5, 0, 2}};
        StridedRun plan = IterationSpace.plan("test", shape, strides);
        int n = 3 * 7 * 2 * 5 * 13;
        OnDevice.Twin first = on.empty(DType.I64, n);
        OnDevice.Twin second = on.empty(DType.I64, n);
        for (int i = 0; i < n; i++) {
            long[] offset = new long[2];
            long rest = i;
            for (int d = shape.length - 1; d >= 0; d--) {
                for (int o = 0; o < 2; o++) offset[o] += rest % shape[d] * strides[o][d];
                rest /= shape[d];
            }
            Memory.putLong(first.host() + 8L * i, offset[0]);
            Memory.putLong(second.host() + 8L * i, offset[1]);
        }
        for (int wide = 0; wide < 2; wide++) {
            Launch launch = kernel.on(on.device.stream());
            long space = launch.struct(IterationSpace.bytes(2));
            IterationSpace.write(space, plan, 1);
            Memory.putInt(space + 4, wide);
            launch.i64(n).pointer(first.device()).pointer(second.device()).launch((n + 127) / 128, 128);
            on.assertSame(first, "places, wide " + wide);
            on.assertSame(second, "places of the second operand, wide " + wide);
        }
    }

    @Test
    void divisionByAProductIsExactForEverySize() {
        Random random = new Random(1);
        long address = on.empty(DType.U8, IterationSpace.bytes(1)).host();
        for (int i = 0; i < 20_000; i++) {
            long size = i < 300 ? i + 1 : 1 + random.nextInt(Integer.MAX_VALUE >> random.nextInt(30));
            IterationSpace.write(address, new StridedRun(new long[] {2, size}, new long[][] {{1, 2}}), 1);
            long multiplier = Memory.getInt(address + 16) & 0xFFFFFFFFL;
            int shift = Memory.getInt(address + 48);
            for (long x : new long[] {0, size - 1, size, random.nextInt(Integer.MAX_VALUE), Integer.MAX_VALUE, Integer.MAX_VALUE / size * size - 1 & Integer.MAX_VALUE}) {
                assertEquals(x / size, (x * multiplier >>> 32) + x >>> shift, x + " / " + size);
            }
        }
    }

    @Test
    void theExponentialOfKernelsIsThatOfExpressions() {
        CudaKernel kernel = CudaKernel.of(PLACES, "exponentials", Parameter.POINTER, Parameter.POINTER, Parameter.I64, Parameter.POINTER, Parameter.POINTER);
        int n = 20_000;
        OnDevice.Twin x = on.twin(DType.F32, OnDevice.numbers(n, -110, 95, 1));
        OnDevice.Twin y = on.twin(DType.F64, OnDevice.numbers(n, -760, 715, 2));
        OnDevice.Twin ex = on.empty(DType.F32, n);
        OnDevice.Twin ey = on.empty(DType.F64, n);
        for (OnDevice.Twin[] pair : new OnDevice.Twin[][] {{x, ex}, {y, ey}}) {
            DType type = pair[0].type();
            PointwiseKernel.of(Expr.x(0).exp(), new DType[] {type}, type, type).run(n, new long[] {pair[0].host()}, 0, pair[1].host());
        }
        kernel.on(on.device.stream()).pointer(x.device()).pointer(y.device()).i64(n).pointer(ex.device()).pointer(ey.device()).launch((n + 255) / 256, 256);
        on.assertSame(ex, "exponential in f32");
        on.assertSame(ey, "exponential in f64");
    }

    /** StrictMath's functions over the ranges on which their argument is reduced differently. */
    @Test
    void scalarFunctionsHaveStrictMathsBitsOnAllTheirRanges() {
        int n = 40_000;
        Random random = new Random(7);
        double[] a = new double[n];
        double[] b = new double[n];
        for (int i = 0; i < n; i++) {
            a[i] = anyMagnitude(random, i);
            b[i] = anyMagnitude(random, random.nextInt());
        }
        OnDevice.Twin x = on.twin(DType.F64, a);
        OnDevice.Twin y = on.twin(DType.F64, b);
        List<Expr> all = List.of(Expr.of(Fn.SIN, Expr.x(0)), Expr.of(Fn.COS, Expr.x(0)), Expr.of(Fn.ATAN, Expr.x(0)), Expr.of(Fn.ATAN2, Expr.x(0), Expr.x(1)),
                Expr.of(Fn.POW, Expr.x(0), Expr.x(1)), Expr.of(Fn.LGAMMA, Expr.x(0)), Expr.of(Fn.DIGAMMA, Expr.x(0)), Expr.of(Fn.TRIGAMMA, Expr.x(0)),
                Expr.of(Fn.TETRAGAMMA, Expr.x(0)), Expr.of(Fn.REMAINDER, Expr.x(0), Expr.x(1)), Expr.of(Fn.FLOOR_DIV, Expr.x(0), Expr.x(1)));
        DType[] types = new DType[all.size()];
        java.util.Arrays.fill(types, DType.F64);
        PointwiseKernel kernel = PointwiseKernel.of(all, new DType[] {DType.F64, DType.F64}, DType.F64, types);
        OnDevice.Twin[] out = all.stream().map(f -> on.empty(DType.F64, n)).toArray(OnDevice.Twin[]::new);
        long[] host = IntStream.range(0, out.length + 2).mapToLong(i -> i == 0 ? x.host() : i == 1 ? y.host() : out[i - 2].host()).toArray();
        long[] device = IntStream.range(0, out.length + 2).mapToLong(i -> i == 0 ? x.device() : i == 1 ? y.device() : out[i - 2].device()).toArray();
        kernel.run(n, host, 0, new double[0]);
        CudaPointwise.run(on.device, kernel, n, device, 0);
        for (int k = 0; k < out.length; k++) on.assertSame(out[k], all.get(k).toString());
    }

    private static double anyMagnitude(Random random, int kind) {
        return switch (kind & 7) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> (random.nextDouble() - 0.5) * 2;
            case 2 -> (random.nextDouble() - 0.5) * 2000;
            case 3 -> Math.rint((random.nextDouble() - 0.5) * 200) * Math.PI / 2 * (1 + (random.nextInt(5) - 2) * 0x1p-52);
            case 4 -> 1 + (random.nextDouble() - 0.5) * Math.pow(2, -random.nextInt(50));
            case 5 -> Math.rint((random.nextDouble() - 0.5) * 50);
            case 6 -> (random.nextDouble() - 0.5) * 1e7;
            default -> OnDevice.SPECIAL[random.nextInt(OnDevice.SPECIAL.length)];
        };
    }
}
