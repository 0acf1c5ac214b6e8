package dev.tenfold.kernels.cuda;

import static dev.tenfold.kernels.expr.Expr.p;
import static dev.tenfold.kernels.expr.Expr.x;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import dev.tenfold.kernels.expr.Pipeline;
import dev.tenfold.kernels.expr.PointwiseKernel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions against the CPU's where these are exact, and against f64 where the trees round differently. */
class CudaReductionsTest {
    /** [outer, n, inner]: rows and columns, short, whole and cut ones, none and one. */
    private static final long[][] SIZES = {{3, 0, 1}, {2, 0, 3}, {5, 1, 1}, {7, 5, 1}, {3, 37, 1}, {2, 1000, 1}, {3, 1501, 1}, {2, 9003, 1}, {2, 7, 3}, {1, 300, 5}, {3, 40, 70}, {2, 900, 33}};
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private static DType result(Kind kind, DType type) {
        return kind == Kind.ALL || kind == Kind.ANY ? DType.BOOL : type;
    }

    private static int count(long[] size) {
        return (int) (size[0] * size[1] * size[2]);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void wholeNumbersTruthAndExtremesHaveTheCpusBits(DType type) {
        List<Kind> kinds = type.isFloating() ? List.of(Kind.MAX, Kind.MIN, Kind.ALL, Kind.ANY)
                : List.of(Kind.SUM, Kind.PROD, Kind.MAX, Kind.MIN, Kind.SUM_SQUARES, Kind.ALL, Kind.ANY);
        for (Kind kind : kinds) {
            for (long[] size : SIZES) {
                if (size[1] == 0 && (kind == Kind.MAX || kind == Kind.MIN)) continue;
                double[] values = OnDevice.tame(type, count(size), size[1]);
                // Some lines have a zero, a NaN, or both infinities.
                if (values.length > 20) values[11] = 0;
                if (values.length > 20 && type.isFloating()) values[17] = Double.NaN;
                compare(kind, type, size, on.twin(type, values));
            }
        }
    }

    private void compare(Kind kind, DType type, long[] size, OnDevice.Twin in) {
        OnDevice.Twin out = on.empty(result(kind, type), (int) (size[0] * size[2]));
        Reductions.reduce(kind, type, in.host(), size[0], size[1], size[2], out.host());
        CudaReductions.reduce(on.device, kind, type, in.device(), size[0], size[1], size[2], out.device());
        on.assertSame(out, kind + " of " + type + " " + Arrays.toString(size));
    }

    @Test
    void signedZerosAndInfinitiesAreOrderedAsOnTheCpu() {
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (Kind kind : List.of(Kind.MAX, Kind.MIN)) {
                compare(kind, type, new long[] {2, 3, 1}, on.twin(type, -0.0, 0.0, -0.0, 0.0, -0.0, Double.NaN));
                compare(kind, type, new long[] {1, 3, 2}, on.twin(type, Double.POSITIVE_INFINITY, -0.0, Double.NEGATIVE_INFINITY, -0.0, 1, -0.0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void sumsAndProductsOfFloatsAreNearThoseInDoublePrecision(DType type) {
        for (Kind kind : List.of(Kind.SUM, Kind.PROD, Kind.SUM_SQUARES)) {
            for (long[] size : SIZES) {
                double[] values = OnDevice.tame(type, count(size), size[1]);
                if (kind == Kind.PROD) for (int i = 0; i < values.length; i++) values[i] = 1 + values[i] / 100;
                OnDevice.Twin in = on.twin(type, values);
                OnDevice.Twin out = on.empty(type, (int) (size[0] * size[2]));
                CudaReductions.reduce(on.device, kind, type, in.device(), size[0], size[1], size[2], out.device());
                OnDevice.Twin got = on.download(out);
                for (int r = 0; r < out.n(); r++) {
                    double want = kind == Kind.PROD ? 1 : 0;
                    double scale = 1;
                    for (int k = 0; k < size[1]; k++) {
                        double x = in.get((int) ((r / size[2] * size[1] + k) * size[2] + r % size[2]));
                        want = kind == Kind.PROD ? want * x : want + (kind == Kind.SUM ? x : x * x);
                        scale += kind == Kind.SUM_SQUARES ? x * x : Math.abs(x);
                    }
                    double allowed = switch (type) {
                        case F64 -> 1e-14 * scale;
                        case F32 -> 1e-7 * (Math.abs(want) + scale);
                        case F16 -> 6e-4 * Math.max(Math.abs(want), 1e-3);
                        default -> 5e-3 * Math.max(Math.abs(want), 1e-3);
                    };
                    assertEquals(want, got.get(r), allowed, kind + " of " + type + " " + Arrays.toString(size) + " line " + r);
                }
            }
        }
    }

    @Test
    void aMillionFloatsAreSummedAsWellAsOnTheCpu() {
        int n = 1_000_003;
        double[] values = new double[n];
        java.util.Random random = new java.util.Random(3);
        double want = 0;
        for (int i = 0; i < n; i++) want += values[i] = (float) random.nextDouble();
        OnDevice.Twin in = on.twin(DType.F32, values);
        OnDevice.Twin out = on.empty(DType.F32, 1);
        Reductions.reduce(Kind.SUM, DType.F32, in.host(), 1, n, 1, out.host());
        CudaReductions.reduce(on.device, Kind.SUM, DType.F32, in.device(), 1, n, 1, out.device());
        double device = on.download(out).get(0);
        double allowed = Math.max(Math.abs(out.get(0) - want), want * 0x1p-23);
        assertTrue(Math.abs(device - want) <= allowed, device + " instead of " + want + ", the CPU has " + out.get(0));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void argExtremesFollowTheCpusRulesForTiesAndNaN(DType type) {
        for (boolean largest : new boolean[] {true, false}) {
            for (long[] size : SIZES) {
                if (size[1] == 0) continue;
                double[] values = OnDevice.tame(type, count(size), size[1]);
                // Ties, and in some lines one or two NaN.
                for (int i = 0; i < values.length; i++) values[i] = Math.rint(values[i]);
                if (values.length > 300 && type.isFloating()) values[205] = values[207] = Double.NaN;
                OnDevice.Twin in = on.twin(type, values);
                OnDevice.Twin out = on.empty(DType.I64, (int) (size[0] * size[2]));
                Reductions.argExtreme(largest, type, in.host(), size[0], size[1], size[2], out.host());
                CudaReductions.argExtreme(on.device, largest, type, in.device(), size[0], size[1], size[2], out.device());
                on.assertSame(out, (largest ? "argMax" : "argMin") + " of " + type + " " + Arrays.toString(size));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void runningSumsAreTheCpusButForTheOrderInF64(DType type) {
        for (boolean reverse : new boolean[] {false, true}) {
            for (long[] size : SIZES) {
                OnDevice.Twin in = on.twin(type, OnDevice.tame(type, count(size), size[1]));
                OnDevice.Twin out = on.empty(type, in.n());
                Reductions.cumulativeSum(type, in.host(), size[0], size[1], size[2], reverse, out.host());
                CudaReductions.cumulativeSum(on.device, type, in.device(), size[0], size[1], size[2], reverse, out.device());
                String what = "running sum of " + type + " " + Arrays.toString(size);
                if (type != DType.F64) {
                    on.assertSame(out, what);
                    continue;
                }
                OnDevice.Twin got = on.download(out);
                for (int i = 0; i < out.n(); i++) assertEquals(out.get(i), got.get(i), 1e-12 * (1 + Math.abs(out.get(i))), what + " at " + i);
            }
        }
    }

    @Test
    void aRowHasItsBitsWhereverItLies() {
        // The same row alone, among others, and at an address that 128 bits do not divide.
        int n = 5003;
        double[] values = OnDevice.tame(DType.F32, 3 * n, 1);
        OnDevice.Twin in = on.twin(DType.F32, values);
        OnDevice.Twin together = on.empty(DType.F32, 3);
        OnDevice.Twin alone = on.empty(DType.F32, 3);
        CudaReductions.reduce(on.device, Kind.SUM, DType.F32, in.device(), 3, n, 1, together.device());
        for (int r = 0; r < 3; r++) CudaReductions.reduce(on.device, Kind.SUM, DType.F32, in.device() + 4L * r * n, 1, n, 1, alone.device() + 4L * r);
        assertEqual(together, alone, "together and alone");
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void aChainIsReducedToTheBitsOfItsStoredValues(DType type) {
        DType[] three = {type, type, type};
        PointwiseKernel kernel = PointwiseKernel.of(x(0).mul(x(1)).add(x(2)).mul(p(0)), three, type, type);
        Pipeline pipeline = new Pipeline(3, List.of(new Pipeline.Stage(kernel, new int[] {0, 1, 2}, new double[] {0.7}),
                new Pipeline.Stage(PointwiseKernel.of(x(0).abs().sqrt(), new DType[] {type}, type, type), new int[] {3}, new double[0])), new DType[] {type, type}, 4);
        OnDevice.Twin[] in = {on.twin(type, OnDevice.tame(type, 40_000, 1)), on.twin(type, OnDevice.tame(type, 40_000, 2)), on.twin(type, OnDevice.tame(type, 40_000, 3))};
        long[] inputs = {in[0].device(), in[1].device(), in[2].device()};
        // Dense rows, rows with broadcast and turned inputs, rows of odd length, a long row.
        long[][] shapes = {{5, 4, 8}, {5, 4, 8}, {3, 7, 5}, {2, 9001}, {1, 16_384}};
        long[][][] strides = {{{32, 8, 1}, {0, 8, 1}, {0, 0, 0}}, {{32, 1, 4}, {0, 8, 1}, {1, 5, 0}}, {{35, 5, 1}, {0, 0, 1}, {7, 1, 0}},
            {{9001, 1}, {0, 1}, {1, 0}}, {{0, 1}, {0, 1}, {0, 1}}};
        double[] params = {0.7};
        for (int s = 0; s < shapes.length; s++) {
            long outer = shapes[s][0];
            long n = Arrays.stream(shapes[s]).skip(1).reduce(1, (a, b) -> a * b);
            OnDevice.Twin values = on.empty(type, (int) (outer * n));
            OnDevice.Twin stored = on.empty(type, (int) outer);
            OnDevice.Twin computed = on.empty(type, (int) outer);
            for (Kind kind : List.of(Kind.SUM, Kind.MAX)) {
                long[] operands = {inputs[0], inputs[1], inputs[2], values.device()};
                CudaPointwise.run(on.device, kernel, shapes[s], strides[s], operands, params);
                CudaReductions.reduce(on.device, kind, type, values.device(), outer, n, 1, stored.device());
                CudaReductions.reduceComputed(on.device, kind, kernel, shapes[s], strides[s], inputs, params, outer, n, computed.device());
                assertEqual(stored, computed, kind + " of a loop " + Arrays.toString(shapes[s]));
                if (kind == Kind.MAX) continue;
                CudaPointwise.run(on.device, pipeline, shapes[s], strides[s], inputs, values.device());
                CudaReductions.reduce(on.device, kind, type, values.device(), outer, n, 1, stored.device());
                CudaReductions.reduceComputed(on.device, kind, pipeline, shapes[s], strides[s], inputs, outer, n, computed.device());
                assertEqual(stored, computed, kind + " of a pipeline " + Arrays.toString(shapes[s]));
            }
        }
    }

    private void assertEqual(OnDevice.Twin a, OnDevice.Twin b, String what) {
        OnDevice.Twin first = on.download(a);
        OnDevice.Twin second = on.download(b);
        for (int r = 0; r < a.n(); r++) assertEquals(first.get(r), second.get(r), 0.0, what + " row " + r);
    }
}
