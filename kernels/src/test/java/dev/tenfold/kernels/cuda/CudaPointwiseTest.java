package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.expr.Expr.c;
import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.Fn;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Element-wise kernels against the CPU's loops, in bits. */
class CudaPointwiseTest {
    private static final double[] NONE = {};
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    /** Runs on the host and on the device, and compares all outputs. */
    private void compare(String what, PointwiseKernel kernel, long[] shape, long[][] strides, OnDevice.Twin[] in, OnDevice.Twin[] out, double... params) {
        kernel.run(shape, strides, host(in, out), params);
        CudaPointwise.run(on.device, kernel, shape, strides, device(in, out), params);
        for (int k = 0; k < out.length; k++) on.assertSame(out[k], what + ", output " + k);
    }

    private static long[] host(OnDevice.Twin[] in, OnDevice.Twin[] out) {
        return Stream.concat(Arrays.stream(in), Arrays.stream(out)).mapToLong(OnDevice.Twin::host).toArray();
    }

    private static long[] device(OnDevice.Twin[] in, OnDevice.Twin[] out) {
        return Stream.concat(Arrays.stream(in), Arrays.stream(out)).mapToLong(OnDevice.Twin::device).toArray();
    }

    private OnDevice.Twin[] outputs(int count, DType type, int n) {
        return IntStream.range(0, count).mapToObj(k -> on.empty(type, n)).toArray(OnDevice.Twin[]::new);
    }

    private static List<Fn> functions(int arity) {
        return Arrays.stream(Fn.values()).filter(f -> f.arity() == arity).toList();
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void everyFunctionOfFloatsHasTheCpusBits(DType type) {
        int n = 3001;
        OnDevice.Twin a = on.twin(type, OnDevice.numbers(n, -30, 30, 1));
        double[] second = OnDevice.numbers(n, -3, 3, 2);
        for (int i = 0; i < 200; i++) second[i] = OnDevice.SPECIAL[(i * 7 + i / 48) % OnDevice.SPECIAL.length];
        OnDevice.Twin b = on.twin(type, second);
        List<Expr> all = new ArrayList<>();
        for (Fn f : functions(1)) all.add(Expr.of(f, x(0)));
        for (Fn f : functions(2)) all.add(Expr.of(f, x(0), x(1)));
        all.add(Expr.of(Fn.FMA, x(0), x(1), p(0)));
        all.add(x(0).gt(x(1)).select(x(0), c(0.1)));
        for (List<Expr> some : List.of(all.subList(0, all.size() / 2), all.subList(all.size() / 2, all.size()))) {
            PointwiseKernel kernel = PointwiseKernel.of(some, new DType[] {type, type}, type, types(type, some.size()));
            OnDevice.Twin[] out = outputs(some.size(), type, n);
            compare(some.toString(), kernel, new long[] {n}, new long[][] {{1}, {1}}, new OnDevice.Twin[] {a, b}, out, 0.1);
        }
    }

    private static DType[] types(DType type, int n) {
        DType[] types = new DType[n];
        Arrays.fill(types, type);
        return types;
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"I32", "I64", "U8"})
    void everyFunctionOfWholeNumbersHasTheCpusBits(DType type) {
        int n = 1003;
        OnDevice.Twin a = on.twin(type, OnDevice.numbers(n, -1000, 1000, 3));
        OnDevice.Twin b = on.twin(type, OnDevice.numbers(n, -9, 9, 4));
        List<Expr> all = new ArrayList<>();
        for (Fn f : List.of(Fn.NEG, Fn.ABS, Fn.SIGN, Fn.FLOOR, Fn.NOT)) all.add(Expr.of(f, x(0)));
        for (Fn f : List.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.MIN, Fn.MAX, Fn.REMAINDER, Fn.FLOOR_DIV, Fn.LT, Fn.LE, Fn.GT, Fn.GE, Fn.EQ, Fn.NE, Fn.AND, Fn.OR)) all.add(Expr.of(f, x(0), x(1)));
        PointwiseKernel kernel = PointwiseKernel.of(all, new DType[] {type, type}, type, types(type, all.size()));
        compare(all.toString(), kernel, new long[] {n}, new long[][] {{1}, {1}}, new OnDevice.Twin[] {a, b}, outputs(all.size(), type, n));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void castsToEveryTypeHaveTheCpusBits(DType from) {
        int n = 517;
        OnDevice.Twin a = on.twin(from, OnDevice.numbers(n, -70000, 70000, 5));
        for (DType compute : from.isFloating() ? List.of(from.compute()) : List.of(DType.I64, DType.F32)) {
            List<DType> to = Arrays.stream(DType.values()).toList();
            PointwiseKernel kernel = PointwiseKernel.of(to.stream().map(t -> x(0)).toList(), new DType[] {from}, compute, to.toArray(DType[]::new));
            OnDevice.Twin[] out = to.stream().map(t -> on.empty(t, n)).toArray(OnDevice.Twin[]::new);
            compare(from + " through " + compute, kernel, new long[] {n}, new long[][] {{1}}, new OnDevice.Twin[] {a}, out);
        }
    }

    @Test
    void stridesBroadcastsAndUnalignedRowsGiveTheDenseBits() {
        PointwiseKernel kernel = PointwiseKernel.of(x(0).mul(x(1)).add(x(2)), new DType[] {DType.F32, DType.BF16, DType.F32}, DType.F32, DType.F32);
        OnDevice.Twin[] in = {on.twin(DType.F32, OnDevice.tame(DType.F32, 6000, 1)), on.twin(DType.BF16, OnDevice.tame(DType.BF16, 6000, 2)), on.twin(DType.F32, OnDevice.tame(DType.F32, 6000, 3))};
        long[][] shapes = {{4, 5, 7}, {4, 5, 8}, {4, 5, 8}, {3, 2, 2, 2, 2, 2, 2, 3}, {}, {1, 1}, {13}, {5, 16}, {300, 8}};
        long[][][] strides = {
            {{35, 7, 1}, {7, 0, 1}, {0, 0, 0}}, {{40, 8, 1}, {8, 0, 1}, {0, 0, 1}}, {{1, 4, 20}, {40, 8, 1}, {0, 1, 0}},
            {{1, 3, 6, 12, 24, 48, 96, 192}, {192, 96, 48, 24, 12, 6, 3, 1}, {0, 1, 0, 2, 0, 4, 0, 8}}, {{}, {}, {}}, {{0, 0}, {3, 1}, {0, 0}}, {{1}, {0}, {2}},
            {{17, 1}, {16, 1}, {1, 0}}, {{8, 1}, {0, 1}, {1, 0}}};
        for (int s = 0; s < shapes.length; s++) {
            long n = Arrays.stream(shapes[s]).reduce(1, (a, b) -> a * b);
            compare("shape " + Arrays.toString(shapes[s]), kernel, shapes[s], strides[s], in, outputs(1, DType.F32, (int) n));
        }
        // Backwards, from the last element on, and rows that begin between two packs.
        OnDevice.Twin end = shifted(in[0], 100);
        OnDevice.Twin odd = shifted(in[2], 1);
        OnDevice.Twin[] out = outputs(1, DType.F32, 101);
        compare("backwards", kernel, new long[] {101}, new long[][] {{-1}, {1}, {1}}, new OnDevice.Twin[] {end, in[1], odd}, out);
        compare("unaligned", kernel, new long[] {100}, new long[][] {{1}, {1}, {1}}, new OnDevice.Twin[] {end, shifted(in[1], 3), odd}, outputs(1, DType.F32, 100));
    }

    private static OnDevice.Twin shifted(OnDevice.Twin twin, int by) {
        return new OnDevice.Twin(twin.type(), twin.n() - by, twin.host() + (long) by * twin.type().bytes(), twin.device() + (long) by * twin.type().bytes());
    }

    @Test
    void scalarsAreTakenForAllAndAnInputMayBeTheOutput() {
        PointwiseKernel kernel = PointwiseKernel.of(x(0).sub(x(1)), new DType[] {DType.F16, DType.F16}, DType.F32, DType.F16);
        OnDevice.Twin a = on.twin(DType.F16, OnDevice.tame(DType.F16, 77, 1));
        OnDevice.Twin b = on.twin(DType.F16, 0.25);
        kernel.run(77, new long[] {a.host(), b.host()}, 2, a.host());
        CudaPointwise.run(on.device, kernel, 77, new long[] {a.device(), b.device(), a.device()}, 2);
        on.assertSame(a, "a scalar subtracted in place");
    }

    @Test
    void manyTensorsOfAnOptimisersStepAreOneOrFewLaunches() {
        // Momentum: v = p0 v + g, w = w - p1 v.
        Expr v = p(0).mul(x(1)).add(x(2));
        PointwiseKernel kernel = PointwiseKernel.of(List.of(x(0).sub(p(1).mul(v)), v), types(DType.F32, 3), DType.F32, types(DType.F32, 2));
        List<PointwiseKernel.Run> host = new ArrayList<>();
        List<PointwiseKernel.Run> device = new ArrayList<>();
        List<OnDevice.Twin> changed = new ArrayList<>();
        for (int r = 0; r < 70; r++) {
            int n = r == 3 ? 0 : r == 5 ? 5000 : 1 + r * 13 % 300;
            OnDevice.Twin[] t = {on.twin(DType.F32, OnDevice.tame(DType.F32, n, r)), on.twin(DType.F32, OnDevice.tame(DType.F32, n, r + 100)), on.twin(DType.F32, OnDevice.tame(DType.F32, n, r + 200))};
            double[] params = {0.9, 0.01 * r};
            host.add(new PointwiseKernel.Run(n, new long[] {t[0].host(), t[1].host(), t[2].host(), t[0].host(), t[1].host()}, params));
            device.add(new PointwiseKernel.Run(n, new long[] {t[0].device(), t[1].device(), t[2].device(), t[0].device(), t[1].device()}, params));
            changed.addAll(List.of(t[0], t[1]));
        }
        kernel.runAll(host);
        CudaPointwise.runAll(on.device, kernel, device);
        for (OnDevice.Twin twin : changed) on.assertSame(twin, "tensor of " + twin.n());
    }

    @Test
    void aPipelineIsOneKernelThatRoundsWhatItHandsOn() {
        for (DType type : List.of(DType.F32, DType.BF16)) {
            DType[] two = {type, type};
            PointwiseKernel first = PointwiseKernel.of(x(0).mul(x(1)).add(p(0)), two, DType.F32, type);
            PointwiseKernel second = PointwiseKernel.of(List.of(x(0).tanh(), x(0).gt(x(1))), two, DType.F32, type, DType.BOOL);
            PointwiseKernel third = PointwiseKernel.of(x(0).exp().mul(p(0)).sub(x(1)), two, DType.F32, type);
            List<Pipeline.Stage> stages = List.of(new Pipeline.Stage(first, new int[] {0, 1}, new double[] {0.3}),
                    new Pipeline.Stage(second, new int[] {2, 0}, NONE), new Pipeline.Stage(third, new int[] {3, 2}, new double[] {1.7}));
            Pipeline pipeline = new Pipeline(2, stages, new DType[] {type, type, DType.BOOL, type}, 5, 4);
            OnDevice.Twin[] in = {on.twin(type, OnDevice.tame(type, 600, 1)), on.twin(type, OnDevice.tame(type, 600, 2))};
            OnDevice.Twin[] out = {on.empty(type, 600), on.empty(DType.BOOL, 600)};
            long[] shape = {3, 200};
            long[][] strides = {{200, 1}, {0, 1}};
            pipeline.run(shape, strides, new long[] {in[0].host(), in[1].host()}, out[0].host(), out[1].host());
            CudaPointwise.run(on.device, pipeline, shape, strides, new long[] {in[0].device(), in[1].device()}, out[0].device(), out[1].device());
            for (OnDevice.Twin twin : out) on.assertSame(twin, "pipeline in " + type);
        }
    }
}
