package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Convolution.Geometry;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {
    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    static List<Geometry> geometries() {
        return List.of(new Geometry(2, 3, 8, 7, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1), new Geometry(3, 4, 9, 9, 6, 3, 2, 2, 1, 0, 2, 1, 2, 2),
                new Geometry(1, 5, 6, 6, 5, 3, 3, 1, 1, 2, 2, 2, 2, 5), new Geometry(20, 4, 5, 5, 3, 1, 1, 1, 1, 0, 0, 1, 1, 1),
                new Geometry(2, 2, 7, 5, 4, 1, 1, 2, 3, 0, 1, 1, 1, 2), new Geometry(1, 1, 3, 3, 1, 3, 3, 1, 1, 3, 3, 1, 1, 1),
                new Geometry(1, 16, 40, 40, 8, 5, 5, 1, 1, 2, 2, 1, 1, 1), new Geometry(16, 16, 40, 36, 4, 5, 5, 1, 1, 2, 2, 1, 1, 1),
                // Planes of more than 128 positions, and small ones whose images do not fill the last block.
                new Geometry(2, 4, 15, 14, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2), new Geometry(3, 3, 29, 31, 4, 3, 3, 2, 2, 1, 1, 1, 1, 1),
                new Geometry(2, 4, 13, 17, 4, 3, 2, 1, 1, 2, 1, 2, 1, 4), new Geometry(2, 3, 12, 13, 2, 1, 1, 1, 1, 0, 0, 1, 1, 1),
                new Geometry(37, 4, 4, 4, 6, 3, 3, 1, 1, 1, 1, 1, 1, 2), new Geometry(11, 2, 8, 8, 3, 3, 3, 2, 2, 1, 1, 1, 1, 1),
                // Wide enough for tiles of 4x4 outputs: odd planes, paddings 0 to 3, channels that do not fill panels, groups,
                // one tall image in strips, many images in blocks, and one tile to an image.
                new Geometry(4, 24, 9, 7, 33, 3, 3, 1, 1, 1, 1, 1, 1, 1), new Geometry(2, 50, 13, 8, 48, 3, 3, 1, 1, 0, 2, 1, 1, 2),
                new Geometry(1, 24, 41, 23, 24, 3, 3, 1, 1, 1, 1, 1, 1, 1), new Geometry(9, 24, 15, 16, 24, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new Geometry(1, 24, 11, 12, 24, 3, 3, 1, 1, 3, 0, 1, 1, 1), new Geometry(40, 25, 2, 2, 24, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new Geometry(3, 24, 4, 150, 24, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                // Few channels to a group: depthwise with one and two filters, strides beside dilations, windows above the image.
                new Geometry(3, 6, 9, 7, 6, 3, 3, 1, 1, 1, 1, 1, 1, 6), new Geometry(2, 3, 8, 11, 6, 5, 5, 1, 1, 4, 4, 2, 2, 3),
                new Geometry(20, 4, 7, 8, 4, 5, 5, 2, 2, 2, 2, 1, 1, 4), new Geometry(1, 3, 2, 2, 3, 5, 3, 1, 1, 2, 1, 1, 1, 3),
                new Geometry(2, 4, 10, 9, 8, 3, 3, 2, 3, 2, 0, 3, 2, 4), new Geometry(1, 2, 3, 140, 2, 3, 3, 1, 1, 1, 2, 1, 1, 2),
                new Geometry(4, 6, 5, 6, 9, 3, 2, 3, 2, 1, 1, 1, 1, 3), new Geometry(2, 16, 6, 6, 16, 3, 3, 1, 1, 1, 1, 1, 1, 2),
                new Geometry(2, 3, 6, 5, 3, 1, 1, 2, 2, 0, 0, 1, 1, 3));
    }

    private interface Term {
        void visit(int x, int w, int y);
    }

    /** Every product of the definition: y += x w. */
    private static void forTerms(Geometry g, Term term) {
        int planes = g.c() / g.groups();
        int filters = g.k() / g.groups();
        for (int n = 0; n < g.n(); n++) for (int k = 0; k < g.k(); k++) for (int c = 0; c < planes; c++) {
            for (int i = 0; i < g.outH(); i++) for (int j = 0; j < g.outW(); j++) {
                for (int r = 0; r < g.r(); r++) for (int s = 0; s < g.s(); s++) {
                    int row = i * g.strideH() - g.padH() + r * g.dilationH();
                    int column = j * g.strideW() - g.padW() + s * g.dilationW();
                    if (row < 0 || row >= g.h() || column < 0 || column >= g.w()) continue;
                    term.visit(((n * g.c() + k / filters * planes + c) * g.h() + row) * g.w() + column,
                            ((k * planes + c) * g.r() + r) * g.s() + s, ((n * g.k() + k) * g.outH() + i) * g.outW() + j);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void allThreeDirectionsAgreeWithTheDefinition(Geometry g) {
        Random random = new Random(1);
        int xs = g.n() * g.c() * g.h() * g.w();
        int ws = g.k() * g.c() / g.groups() * g.r() * g.s();
        int ys = g.n() * g.k() * g.outH() * g.outW();
        double[] x = random.doubles(xs, -1, 1).toArray();
        double[] w = random.doubles(ws, -1, 1).toArray();
        double[] dy = random.doubles(ys, -1, 1).toArray();
        double[] bias = random.doubles(g.k(), -1, 1).toArray();
        double[] y = new double[ys];
        double[] dx = new double[xs];
        double[] dw = new double[ws];
        for (int i = 0; i < ys; i++) y[i] = bias[i / (g.outH() * g.outW()) % g.k()];
        forTerms(g, (a, b, c) -> {
            y[c] += x[a] * w[b];
            dx[a] += dy[c] * w[b];
            dw[b] += dy[c] * x[a];
        });
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            double tolerance = type == DType.F32 ? 2e-4 : 1e-11;
            long xa = arrays.of(type, x);
            long wa = arrays.of(type, w);
            long dya = arrays.of(type, dy);
            long ya = arrays.empty(type, ys);
            long dxa = arrays.empty(type, xs);
            long dwa = arrays.empty(type, ws);
            Convolution.forward(type, g, xa, wa, arrays.of(type, bias), ya);
            assertArrayEquals(y, NativeArrays.read(type, ya, ys), tolerance);
            Convolution.forward(type, g, xa, wa, 0, ya);
            assertEquals(y[0] - bias[0], NativeArrays.read(type, ya, ys)[0], tolerance);
            Convolution.backwardInput(type, g, dya, wa, dxa);
            assertArrayEquals(dx, NativeArrays.read(type, dxa, xs), tolerance);
            Convolution.backwardWeight(type, g, xa, dya, dwa);
            assertArrayEquals(dw, NativeArrays.read(type, dwa, ws), tolerance);
        }
    }

    static List<Geometry> geometriesForThreads() {
        return List.of(new Geometry(5, 8, 20, 20, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1), new Geometry(5, 8, 7, 7, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1),
                new Geometry(9, 32, 15, 17, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1), new Geometry(3, 64, 9, 8, 70, 3, 3, 1, 1, 1, 1, 1, 1, 2),
                new Geometry(4, 160, 6, 8, 120, 3, 3, 1, 1, 1, 1, 1, 1, 1), new Geometry(20, 40, 9, 8, 40, 5, 5, 2, 2, 2, 2, 1, 1, 40));
    }

    @ParameterizedTest
    @MethodSource("geometriesForThreads")
    void bitsDoNotDependOnTheNumberOfThreads(Geometry g) {
        int before = WorkerPool.threads();
        int xs = g.n() * g.c() * g.h() * g.w();
        int ys = g.n() * g.k() * g.outH() * g.outW();
        int ws = g.k() * g.c() / g.groups() * g.r() * g.s();
        long x = arrays.empty(DType.F32, xs);
        long y = arrays.empty(DType.F32, ys);
        long w = arrays.empty(DType.F32, ws);
        PhiloxFill.normal(DType.F32, 1, 0, 0, xs, 0, 1, x);
        PhiloxFill.normal(DType.F32, 2, 0, 0, ys, 0, 1, y);
        PhiloxFill.normal(DType.F32, 3, 0, 0, ws, 0, 1, w);
        double[][][] results = new double[3][3][];
        try {
            for (int threads = 1; threads <= 3; threads++) {
                WorkerPool.setThreads(threads);
                long y2 = arrays.empty(DType.F32, ys);
                long x2 = arrays.empty(DType.F32, xs);
                long w2 = arrays.empty(DType.F32, ws);
                Convolution.forward(DType.F32, g, x, w, 0, y2);
                Convolution.backwardInput(DType.F32, g, y, w, x2);
                Convolution.backwardWeight(DType.F32, g, x, y, w2);
                results[threads - 1] = new double[][] {NativeArrays.read(DType.F32, y2, ys), NativeArrays.read(DType.F32, x2, xs), NativeArrays.read(DType.F32, w2, ws)};
            }
        } finally {
            WorkerPool.setThreads(before);
        }
        for (int direction = 0; direction < 3; direction++) {
            assertArrayEquals(results[0][direction], results[1][direction]);
            assertArrayEquals(results[0][direction], results[2][direction]);
        }
    }

    @Test
    void poolsAgreeWithWorkedExamples() {
        Geometry g = new Geometry(1, 1, 3, 4, 1, 2, 2, 2, 2, 1, 0, 1, 1, 1);
        long x = arrays.of(DType.F32, 1, 2, 3, 4, 5, 6, Double.NaN, 8, 9, 9, 11, 12);
        long y = arrays.empty(DType.F32, 4);
        long at = arrays.empty(DType.I64, 4);
        Pooling.max(DType.F32, g, x, y, at);
        assertArrayEquals(new double[] {2, 4, 9, Double.NaN}, NativeArrays.read(DType.F32, y, 4));
        assertArrayEquals(new double[] {1, 3, 8, 6}, NativeArrays.read(DType.I64, at, 4));
        long x2 = arrays.of(DType.F64, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 11, 12);
        long mean = arrays.empty(DType.F64, 4);
        Pooling.average(DType.F64, g, true, x2, mean);
        assertArrayEquals(new double[] {0.75, 1.75, 29.0 / 4, 38.0 / 4}, NativeArrays.read(DType.F64, mean, 4));
        Pooling.average(DType.F64, g, false, x2, mean);
        assertArrayEquals(new double[] {1.5, 3.5, 29.0 / 4, 38.0 / 4}, NativeArrays.read(DType.F64, mean, 4));
        long dx = arrays.empty(DType.F64, 12);
        Pooling.averageBackward(DType.F64, g, false, arrays.of(DType.F64, 2, 4, 8, 12), dx);
        assertArrayEquals(new double[] {1, 1, 2, 2, 2, 2, 3, 3, 2, 2, 3, 3}, NativeArrays.read(DType.F64, dx, 12));
    }
}
