package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Unscaling;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Passes over many tensors in few launches: the bits of one tensor after another. */
class CudaManyTensorsTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private long launches() {
        return on.device.stream().launchCount();
    }

    private List<OnDevice.Twin> twins(DType type, int... sizes) {
        List<OnDevice.Twin> twins = new ArrayList<>();
        for (int n : sizes) twins.add(on.twin(type, OnDevice.tame(type, n, n + twins.size())));
        return twins;
    }

    private static long[] each(List<OnDevice.Twin> twins, ToLongFunction<OnDevice.Twin> what) {
        return twins.stream().mapToLong(what).toArray();
    }

    /** More tensors than one launch takes, one of them in several blocks, one empty. */
    private static int[] sizes() {
        int[] sizes = new int[130];
        Arrays.setAll(sizes, i -> 1 + i % 9);
        sizes[3] = 5001;
        sizes[7] = 0;
        sizes[125] = 2049;
        return sizes;
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void productsHaveTheBitsOfTheCpuAndWhatIsNotFiniteIsFound(DType type) {
        List<OnDevice.Twin> from = twins(type, sizes());
        List<OnDevice.Twin> to = from.stream().map(t -> on.empty(type, t.n())).toList();
        OnDevice.Twin found = on.twin(DType.I32, 0);
        long before = launches();
        CudaManyTensors.scale(on.device, type, each(from, OnDevice.Twin::n), each(from, OnDevice.Twin::device), 0.25, each(to, OnDevice.Twin::device), found.device());
        assertEquals(2, launches() - before, "130 tensors, 120 a launch");
        for (int i = 0; i < to.size(); i++) {
            assertTrue(Unscaling.run(type, from.get(i).host(), from.get(i).n(), 0.25, to.get(i).host()));
            if (to.get(i).n() > 0) on.assertSame(to.get(i), type + " tensor " + i);
        }
        assertEquals(0, on.download(found).get(0));
        for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, type == DType.F64 ? 1.7e308 : type == DType.F16 ? 60000 : 3.3e38}) {
            OnDevice.Twin last = from.get(125);
            Memory.putAsDouble(type, last.host() + 2048L * type.bytes(), bad);
            on.upload(last);
            on.upload(found);
            CudaManyTensors.scale(on.device, type, each(from, OnDevice.Twin::n), each(from, OnDevice.Twin::device), 2, each(to, OnDevice.Twin::device), found.device());
            assertEquals(1, on.download(found).get(0), type + " " + bad);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void sumsOfSquaresAreThoseOfEachTensorAlone(DType type) {
        List<OnDevice.Twin> tensors = twins(type, sizes());
        OnDevice.Twin sums = on.empty(DType.F64, tensors.size());
        long before = launches();
        CudaManyTensors.sumsOfSquares(on.device, type, each(tensors, OnDevice.Twin::n), each(tensors, OnDevice.Twin::device), sums.device());
        assertEquals(4, launches() - before);
        OnDevice.Twin all = on.download(sums);
        OnDevice.Twin alone = on.empty(DType.F64, 1);
        for (int i : new int[] {0, 3, 7, 125, 129}) {
            OnDevice.Twin one = tensors.get(i);
            CudaManyTensors.sumsOfSquares(on.device, type, new long[] {one.n()}, new long[] {one.device()}, alone.device());
            assertEquals(on.download(alone).get(0), all.get(i), "tensor " + i);
            double expected = 0;
            for (int k = 0; k < one.n(); k++) expected += one.get(k) * one.get(k);
            assertEquals(expected, all.get(i), 1e-12 * expected);
        }
    }

    /** Adam's state: four tensors, three of them changed, seven numbers, the same but for two groups of parameters. */
    @Test
    void stepsOfManyTensorsShareLaunchesWithTheBitsOfOneByOne() {
        Expr first = Expr.p(4).mul(Expr.x(1)).add(Expr.x(3).mul(Expr.p(6)));
        Expr second = Expr.p(5).mul(Expr.x(2)).add(Expr.x(3).mul(Expr.x(3)));
        DType[] f32 = {DType.F32, DType.F32, DType.F32, DType.F32};
        PointwiseKernel step = PointwiseKernel.of(List.of(Expr.x(0).sub(Expr.p(0).mul(first).div(second.mul(Expr.p(1)).sqrt().add(Expr.p(2)))).sub(Expr.p(3)), first, second),
                f32, DType.F32, Arrays.copyOf(f32, 3));
        for (int groups : new int[] {2, 11}) {
            List<OnDevice.Twin> state = new ArrayList<>();
            List<PointwiseKernel.Run> here = new ArrayList<>();
            List<PointwiseKernel.Run> there = new ArrayList<>();
            for (int i = 0; i < 62; i++) {
                int n = i == 5 ? 3000 : 1 + i;
                List<OnDevice.Twin> own = twins(DType.F32, n, n, n, n);
                for (int k = 0; k < n; k++) Memory.putFloat(own.get(2).host() + 4L * k, (float) Math.abs(own.get(2).get(k)));
                on.upload(own.get(2));
                double[] params = {0.1, 1.5, 1e-8, 0.01 * (i % groups), 0.9, 0.99, 0.1};
                here.add(run(n, params, own, OnDevice.Twin::host));
                there.add(run(n, params, own, OnDevice.Twin::device));
                state.addAll(own.subList(0, 3));
            }
            step.runAll(here);
            long before = launches();
            CudaPointwise.runAll(on.device, step, there);
            assertEquals(groups == 2 ? 1 : 8, launches() - before, "62 tensors with " + groups + " sets of numbers");
            for (int i = 0; i < state.size(); i++) on.assertSame(state.get(i), "state " + i);
        }
    }

    @Test
    void whatIsOnlyWrittenIsNotRead() {
        PointwiseKernel kernel = PointwiseKernel.of(List.of(Expr.x(0), Expr.x(0).mul(2)), new DType[] {DType.F32, DType.F32}, DType.F32, new DType[] {DType.F32, DType.F32});
        OnDevice.Twin x = on.twin(DType.F32, OnDevice.tame(DType.F32, 100, 1));
        OnDevice.Twin y = on.empty(DType.F32, 100);
        kernel.runAll(List.of(new PointwiseKernel.Run(100, new long[] {x.host(), y.host(), x.host(), y.host()}, new double[0])));
        CudaPointwise.runAll(on.device, kernel, List.of(new PointwiseKernel.Run(100, new long[] {x.device(), y.device(), x.device(), y.device()}, new double[0])));
        on.assertSame(y, "twice");
    }

    private static PointwiseKernel.Run run(int n, double[] params, List<OnDevice.Twin> state, ToLongFunction<OnDevice.Twin> where) {
        long[] own = each(state, where);
        long[] operands = Arrays.copyOf(own, 7);
        System.arraycopy(own, 0, operands, 4, 3);
        return new PointwiseKernel.Run(n, operands, params);
    }
}
