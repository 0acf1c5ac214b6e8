package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.ChannelNorm;
import dev.tenfold.kernels.cpu.GroupNorm;
import dev.tenfold.kernels.cpu.RowNorm;
import dev.tenfold.kernels.cuda.OnDevice.Twin;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normalisations and their gradients against the CPU's in f64, at the sizes where one kernel takes over from another. */
class CudaNormTest {
    private static final double EPS = 1e-3;
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    /** The same numbers in the type under test, on the device, and in f64, for the CPU. */
    private record Both(Twin narrow, Twin wide) {
    }

    private Both both(DType type, int n, long seed, double shift) {
        Twin narrow = on.twin(type, Arrays.stream(OnDevice.tame(type, n, seed)).map(v -> v + shift).toArray());
        return new Both(narrow, on.twin(DType.F64, java.util.stream.IntStream.range(0, n).mapToDouble(narrow::get).toArray()));
    }

    private Both results(DType type, int n) {
        return new Both(on.empty(type, n), on.empty(DType.F64, n));
    }

    private void assertNear(Both results, double scale, String what) {
        Twin got = on.download(results.narrow);
        double relative = switch (got.type()) {
            case F64 -> 1e-12;
            case F32 -> 5e-6;
            case F16 -> 2e-3;
            default -> 1e-2;
        };
        for (int i = 0; i < got.n(); i++) {
            double want = results.wide.get(i);
            assertEquals(want, got.get(i), relative * (scale + Math.abs(want)), what + " at " + i);
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void rowsAndTheirGradient(DType type) {
        int[][] sizes = {{3, 1}, {70, 3}, {9, 4}, {35, 9}, {5, 255}, {5, 256}, {3, 257}, {3, 511}, {2, 513}, {2, 1023}, {2, 1026}, {2, 2049}, {2, 4100}, {2, 8197}};
        for (int[] size : sizes) {
            for (boolean affine : new boolean[] {true, false}) rows(type, size[0], size[1], affine);
        }
        rows(type, 600 * 64, 2, true); // more rows than the most blocks take at once
    }

    private void rows(DType type, int rows, int n, boolean affine) {
        DType compute = type.compute();
        String where = type + " rows " + rows + " x " + n + (affine ? " with weight" : "");
        Both x = both(type, rows * n, n, 0.5), g = both(type, rows * n, n + 1, 0), w = both(type, n, n + 2, 0), b = both(type, n, n + 3, 0);
        Both y = results(type, rows * n), mean = results(compute, rows), root = results(compute, rows);
        Both dx = results(type, rows * n), dw = results(type, n), db = results(type, n);
        RowNorm.forward(DType.F64, x.wide.host(), rows, n, affine ? w.wide.host() : 0, affine ? b.wide.host() : 0, EPS, y.wide.host(), mean.wide.host(), root.wide.host());
        CudaNorm.rows(on.device, type, x.narrow.device(), rows, n, affine ? w.narrow.device() : 0, affine ? b.narrow.device() : 0, EPS, y.narrow.device(),
                mean.narrow.device(), root.narrow.device());
        assertNear(mean, 1, "mean of " + where);
        assertNear(root, 1, "root of " + where);
        assertNear(y, 4, where);
        RowNorm.backward(DType.F64, x.wide.host(), g.wide.host(), rows, n, affine ? w.wide.host() : 0, mean.wide.host(), root.wide.host(), dx.wide.host(),
                affine ? dw.wide.host() : 0, affine ? db.wide.host() : 0);
        CudaNorm.rowsGradient(on.device, type, x.narrow.device(), g.narrow.device(), rows, n, affine ? w.narrow.device() : 0, mean.narrow.device(), root.narrow.device(),
                dx.narrow.device(), affine ? dw.narrow.device() : 0, affine ? db.narrow.device() : 0);
        assertNear(dx, largest(dx), "dx of " + where);
        if (!affine) return;
        assertNear(dw, rows, "dweight of " + where);
        assertNear(db, rows, "dbias of " + where);
    }

    /** What errors are measured by where results are differences. */
    private static double largest(Both both) {
        double most = 1;
        for (int i = 0; i < both.wide.n(); i++) most = Math.max(most, Math.abs(both.wide.get(i)));
        return most;
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void channelsAndTheirGradient(DType type) {
        int[][] sizes = {{1, 1, 1}, {5, 3, 1}, {600, 33, 1}, {7, 5, 4}, {4, 3, 17}, {3, 2, 49}, {2, 3, 2100}, {1, 2, 8300}};
        DType compute = type.compute();
        for (int[] s : sizes) {
            for (boolean affine : new boolean[] {true, false}) {
                int n = s[0] * s[1] * s[2];
                int c = s[1];
                String where = type + " channels " + Arrays.toString(s) + (affine ? " with weight" : "");
                Both x = both(type, n, n, 0.5), g = both(type, n, n + 1, 0), w = both(type, c, n + 2, 0), b = both(type, c, n + 3, 0);
                Both y = results(type, n), mean = results(compute, c), variance = results(compute, c), dx = results(type, n), dw = results(type, c), db = results(type, c);
                ChannelNorm.forward(DType.F64, x.wide.host(), s[0], c, s[2], affine ? w.wide.host() : 0, affine ? b.wide.host() : 0, EPS, y.wide.host(), mean.wide.host(), variance.wide.host());
                CudaNorm.channels(on.device, type, x.narrow.device(), s[0], c, s[2], affine ? w.narrow.device() : 0, affine ? b.narrow.device() : 0, EPS, y.narrow.device(),
                        mean.narrow.device(), variance.narrow.device());
                assertNear(mean, 1, "mean of " + where);
                assertNear(variance, 1, "variance of " + where);
                assertNear(y, 4, where);
                ChannelNorm.backward(DType.F64, x.wide.host(), g.wide.host(), s[0], c, s[2], affine ? w.wide.host() : 0, EPS, mean.wide.host(), variance.wide.host(), dx.wide.host(),
                        affine ? dw.wide.host() : 0, affine ? db.wide.host() : 0);
                CudaNorm.channelsGradient(on.device, type, x.narrow.device(), g.narrow.device(), s[0], c, s[2], affine ? w.narrow.device() : 0, EPS, mean.narrow.device(),
                        variance.narrow.device(), dx.narrow.device(), affine ? dw.narrow.device() : 0, affine ? db.narrow.device() : 0);
                assertNear(dx, largest(dx), "dx of " + where);
                if (!affine) continue;
                assertNear(dw, n / c, "dweight of " + where);
                assertNear(db, n / c, "dbias of " + where);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void groupsAndTheirGradient(DType type) {
        // [n, groups, channels, plane]: in registers of a warp and of a block, and longer than those
        int[][] sizes = {{2, 1, 1, 1}, {3, 2, 3, 1}, {2, 2, 3, 5}, {2, 3, 2, 64}, {2, 2, 3, 401}, {1, 2, 2, 4150}};
        DType compute = type.compute();
        for (int[] s : sizes) {
            int n = s[0] * s[1] * s[2] * s[3];
            int c = s[1] * s[2];
            int sets = s[0] * s[1];
            String where = type + " groups " + Arrays.toString(s);
            Both x = both(type, n, n, 0.5), g = both(type, n, n + 1, 0), w = both(type, c, n + 2, 0), b = both(type, c, n + 3, 0);
            Both y = results(type, n), mean = results(compute, sets), root = results(compute, sets), dx = results(type, n), dw = results(type, c), db = results(type, c);
            GroupNorm host = new GroupNorm(DType.F64, s[0], s[1], s[2], s[3]);
            host.forward(x.wide.host(), w.wide.host(), b.wide.host(), EPS, y.wide.host(), mean.wide.host(), root.wide.host());
            CudaNorm.groups(on.device, type, x.narrow.device(), s[0], s[1], s[2], s[3], w.narrow.device(), b.narrow.device(), EPS, y.narrow.device(), mean.narrow.device(), root.narrow.device());
            assertNear(root, 1, "root of " + where);
            assertNear(y, 4, where);
            host.backward(x.wide.host(), g.wide.host(), w.wide.host(), mean.wide.host(), root.wide.host(), dx.wide.host(), dw.wide.host(), db.wide.host());
            CudaNorm.groupsGradient(on.device, type, x.narrow.device(), g.narrow.device(), s[0], s[1], s[2], s[3], w.narrow.device(), mean.narrow.device(), root.narrow.device(),
                    dx.narrow.device(), dw.narrow.device(), db.narrow.device());
            assertNear(dx, largest(dx), "dx of " + where);
            assertNear(dw, n / c, "dweight of " + where);
            assertNear(db, n / c, "dbias of " + where);
        }
    }

    /** A mean a thousand times the deviation, and a first element far from all others: sums of squares keep the variance. */
    @Test
    void variancesFarFromZeroAreKept() {
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            Both x = both(type, 3000, 7, 2000);
            Twin outlier = on.twin(type, java.util.stream.IntStream.range(0, 3000).mapToDouble(i -> i == 0 ? 500 : x.narrow.get(i)).toArray());
            Twin y = on.empty(type, 3000), mean = on.empty(type, 1), variance = on.empty(type, 1);
            CudaNorm.channels(on.device, type, outlier.device(), 1, 1, 3000, 0, 0, EPS, y.device(), mean.device(), variance.device());
            double middle = 0, squares = 0;
            for (int i = 0; i < 3000; i++) middle += outlier.get(i) / 3000;
            for (int i = 0; i < 3000; i++) squares += (outlier.get(i) - middle) * (outlier.get(i) - middle) / 3000;
            assertEquals(squares, on.download(variance).get(0), squares * (type == DType.F32 ? 1e-6 : 1e-10));
        }
    }
}
