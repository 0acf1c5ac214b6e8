package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.VectorModule;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReductionsTest {
    private static final int[][] SHAPES = {{1, 1, 1}, {3, 7, 1}, {2, 300, 5}, {1, 40_000, 1}, {4, 1000, 1}, {2, 600, 16}, {2, 0, 3},
        {0, 4, 2}, {100, 10, 1}, {1, 65, 1},
        {1, 5000, 2}, {3, 1030, 7}, {2, 513, 130}, {1, 3, 2000}, {1, 70_000, 3}, {2, 20_001, 1}};
    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    private static double reference(Kind kind, double[] x, int o, int n, int inner, int i) {
        double value = kind == Kind.PROD || kind == Kind.ALL ? 1 : kind == Kind.LOG_SUM_EXP || kind == Kind.MAX ? Double.NEGATIVE_INFINITY
                : kind == Kind.MIN ? Double.POSITIVE_INFINITY : 0;
        double max = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < n; k++) max = Math.max(max, x[(o * n + k) * inner + i]);
        double exps = 0;
        for (int k = 0; k < n; k++) {
            double v = x[(o * n + k) * inner + i];
            exps += Math.exp(v - max);
            value = switch (kind) {
                case SUM -> value + v;
                case PROD -> value * v;
                case MAX -> Math.max(value, v);
                case MIN -> Math.min(value, v);
                case SUM_SQUARES -> value + v * v;
                case LOG_SUM_EXP -> max + Math.log(exps);
                case ALL -> value != 0 && v != 0 ? 1 : 0;
                case ANY -> value != 0 || v != 0 ? 1 : 0;
            };
        }
        return value;
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyKindAgreesWithASlowLoop(Kind kind) {
        Random random = new Random(7);
        for (int[] s : SHAPES) {
            if (s[1] == 0 && (kind == Kind.MAX || kind == Kind.MIN)) continue;
            for (DType type : new DType[] {DType.F32, DType.F64, DType.BF16, DType.I32, DType.I64}) {
                if (kind == Kind.LOG_SUM_EXP && !type.isFloating()) continue;
                if (kind == Kind.PROD && s[1] > 100) continue;
                int size = s[0] * s[1] * s[2];
                double[] x = new double[size];
                for (int i = 0; i < size; i++) x[i] = type.isFloating() ? (float) (random.nextGaussian()) : random.nextInt(5) - 2;
                long in = arrays.of(type, x);
                double[] rounded = NativeArrays.read(type, in, size);
                DType outType = kind == Kind.ALL || kind == Kind.ANY ? DType.BOOL : type;
                long out = arrays.empty(outType, s[0] * s[2]);
                Reductions.reduce(kind, type, in, s[0], s[1], s[2], out);
                double[] got = NativeArrays.read(outType, out, s[0] * s[2]);
                double tolerance = type == DType.F64 ? 1e-11 : type == DType.F32 ? 1e-5 : type == DType.BF16 ? 1e-2 : 0;
                for (int k = 0; k < got.length; k++) {
                    double want = reference(kind, rounded, k / Math.max(1, s[2]), s[1], s[2], k % Math.max(1, s[2]));
                    double scale = Math.max(Math.abs(want), tolerance == 0 ? 0 : Math.sqrt(s[1]) + 1);
                    assertTrue(want == got[k] || Math.abs(want - got[k]) <= tolerance * scale,
                            kind + " " + type + " of " + s[0] + "x" + s[1] + "x" + s[2] + ": " + got[k] + " instead of " + want);
                }
            }
        }
    }

    @Test
    void aSumOfSixteenMillionFloatsIsExactToAFewDigits() {
        int n = 1 << 24;
        long in = arrays.empty(DType.F32, n);
        PhiloxFill.uniform(DType.F32, 3, 0, 0, n, 0, 1, in);
        double exact = 0;
        for (int i = 0; i < n; i++) exact += dev.tenfold.kernels.Memory.getFloat(in + 4L * i);
        long out = arrays.empty(DType.F32, 1);
        Reductions.reduce(Kind.SUM, DType.F32, in, 1, n, 1, out);
        assertEquals(1, dev.tenfold.kernels.Memory.getFloat(out) / exact, 2e-7);
    }

    @Test
    void theVectorLoopsFollowTheSameTreeAsTheirTwin() {
        if (!VectorModule.available()) return;
        ScalarRowLoops twin = new ScalarRowLoops();
        VectorRowLoops vector = new VectorRowLoops();
        double[] x = new Random(11).doubles(1000, -1, 1).toArray();
        long a = arrays.of(DType.F32, x);
        long b = arrays.of(DType.F64, x);
        for (int n = 1; n < 1000; n += 13) {
            assertEquals(twin.sum32(a, n), vector.sum32(a, n));
            assertEquals(twin.sumSquares32(a, n), vector.sumSquares32(a, n));
            assertEquals(twin.sum64(b, n), vector.sum64(b, n));
            assertEquals(twin.sumSquares64(b, n), vector.sumSquares64(b, n));
            assertEquals(twin.max32(a, n), vector.max32(a, n));
            assertEquals(twin.min64(b, n), vector.min64(b, n));
        }
        long to = arrays.empty(DType.F64, 300);
        for (Kind kind : new Kind[] {Kind.SUM, Kind.SUM_SQUARES, Kind.MAX, Kind.MIN}) {
            for (int columns : new int[] {1, 7, 16, 31, 64, 101, 300}) {
                for (int rows : new int[] {1, 2, 3}) {
                    twin.fold32(kind, a, rows, 4 * columns, columns, to);
                    double[] want = NativeArrays.read(DType.F32, to, columns);
                    vector.fold32(kind, a, rows, 4 * columns, columns, to);
                    assertArrayEquals(want, NativeArrays.read(DType.F32, to, columns));
                    twin.fold64(kind, b, rows, 8 * columns, columns, to);
                    want = NativeArrays.read(DType.F64, to, columns);
                    vector.fold64(kind, b, rows, 8 * columns, columns, to);
                    assertArrayEquals(want, NativeArrays.read(DType.F64, to, columns));
                }
            }
        }
    }

    @Test
    void rowsSummedAndCopiedTogetherAreThoseOfTheTwin() {
        if (!VectorModule.available()) return;
        ScalarRowLoops twin = new ScalarRowLoops();
        VectorRowLoops vector = new VectorRowLoops();
        long a = arrays.of(DType.F32, new Random(12).doubles(5 * 2048, -1, 1).toArray());
        long to = arrays.empty(DType.F32, 5 * 2048);
        for (int n : new int[] {3, 64, 1000, 1024, 1088, 2048}) {
            twin.sums32(a, n, 5, to);
            double[] want = NativeArrays.read(DType.F32, to, 5);
            vector.sums32(a, n, 5, to);
            assertArrayEquals(want, NativeArrays.read(DType.F32, to, 5));
        }
    }

    @Test
    void nanWinsInExtremesAndIsTheFirstArgument() {
        long in = arrays.of(DType.F32, 1, Double.NaN, 5, Double.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        long out = arrays.empty(DType.F32, 1);
        for (Kind kind : new Kind[] {Kind.MAX, Kind.MIN}) {
            Reductions.reduce(kind, DType.F32, in, 1, 35, 1, out);
            assertTrue(Double.isNaN(NativeArrays.read(DType.F32, out, 1)[0]));
        }
        long index = arrays.empty(DType.I64, 1);
        Reductions.argExtreme(true, DType.F32, in, 1, 35, 1, index);
        assertEquals(1, NativeArrays.read(DType.I64, index, 1)[0]);
    }

    @Test
    void softmaxAndItsGradientAgreeWithTheirFormulas() {
        Random random = new Random(5);
        for (DType type : new DType[] {DType.F32, DType.F64, DType.F16}) {
            for (int inner : new int[] {1, 3}) {
                int outer = 2;
                int n = 37;
                double[] x = random.doubles((long) outer * n * inner, -4, 4).toArray();
                long in = arrays.of(type, x);
                double[] rounded = NativeArrays.read(type, in, x.length);
                long out = arrays.empty(type, x.length);
                double tolerance = type == DType.F64 ? 1e-13 : type == DType.F32 ? 2e-6 : 3e-3;
                for (boolean log : new boolean[] {false, true}) {
                    Reductions.softmax(log, type, in, outer, n, inner, out);
                    double[] y = NativeArrays.read(type, out, x.length);
                    for (int k = 0; k < x.length; k++) {
                        double lse = reference(Kind.LOG_SUM_EXP, rounded, k / (n * inner), n, inner, k % inner);
                        double want = log ? rounded[k] - lse : Math.exp(rounded[k] - lse);
                        assertEquals(want, y[k], tolerance * Math.max(1, Math.abs(want)));
                    }
                    double[] g = random.doubles(x.length, -1, 1).toArray();
                    long gradient = arrays.of(type, g);
                    g = NativeArrays.read(type, gradient, g.length);
                    long dx = arrays.empty(type, x.length);
                    Reductions.softmaxGradient(log, type, out, gradient, outer, n, inner, dx);
                    double[] got = NativeArrays.read(type, dx, x.length);
                    for (int k = 0; k < x.length; k++) {
                        double dot = 0;
                        for (int j = 0; j < n; j++) {
                            int at = (k / (n * inner) * n + j) * inner + k % inner;
                            dot += log ? g[at] : g[at] * y[at];
                        }
                        double want = log ? g[k] - Math.exp(y[k]) * dot : y[k] * (g[k] - dot);
                        assertEquals(want, got[k], 4 * tolerance);
                    }
                }
            }
        }
    }

    @Test
    void logSumExpOfInfinitiesIsTheLargest() {
        long in = arrays.of(DType.F64, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, 1, Double.POSITIVE_INFINITY);
        long out = arrays.empty(DType.F64, 2);
        Reductions.reduce(Kind.LOG_SUM_EXP, DType.F64, in, 2, 2, 1, out);
        assertArrayEquals(new double[] {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY}, NativeArrays.read(DType.F64, out, 2));
    }

    @Test
    void runningSumsGoBothWays() {
        long in = arrays.of(DType.I32, 1, 2, 3, 4, 5, 6);
        long out = arrays.empty(DType.I32, 6);
        Reductions.cumulativeSum(DType.I32, in, 1, 3, 2, false, out);
        assertArrayEquals(new double[] {1, 2, 4, 6, 9, 12}, NativeArrays.read(DType.I32, out, 6));
        Reductions.cumulativeSum(DType.I32, in, 2, 3, 1, true, out);
        assertArrayEquals(new double[] {6, 5, 3, 15, 11, 6}, NativeArrays.read(DType.I32, out, 6));
    }

    @Test
    void bitsDoNotDependOnTheNumberOfThreads() {
        int before = WorkerPool.threads();
        long in = arrays.empty(DType.F32, 1 << 20);
        PhiloxFill.normal(DType.F32, 1, 0, 0, 1 << 20, 0, 1, in);
        long out = arrays.empty(DType.F32, 4096);
        double[][] results = new double[3][];
        try {
            for (int threads = 1; threads <= 3; threads++) {
                WorkerPool.setThreads(threads);
                double[] all = new double[3 * 4096];
                int[][] shapes = {{1, 1 << 20, 1}, {64, 1 << 14, 1}, {1, 1 << 10, 1 << 10}};
                for (int s = 0; s < 3; s++) {
                    Reductions.reduce(Kind.SUM, DType.F32, in, shapes[s][0], shapes[s][1], shapes[s][2], out);
                    System.arraycopy(NativeArrays.read(DType.F32, out, shapes[s][0] * shapes[s][2]), 0, all, s * 4096, shapes[s][0] * shapes[s][2]);
                }
                results[threads - 1] = all;
            }
        } finally {
            WorkerPool.setThreads(before);
        }
        assertArrayEquals(results[0], results[1]);
        assertArrayEquals(results[0], results[2]);
    }
}
