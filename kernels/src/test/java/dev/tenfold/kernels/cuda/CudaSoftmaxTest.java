package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Softmax and its relatives against f64, and against the CPU where infinities and NaN decide. */
class CudaSoftmaxTest {
    /** [outer, n, inner]: rows in few and many registers, rows beyond, columns. */
    private static final long[][] SIZES = {{3, 0, 1}, {2, 1, 1}, {70, 3, 1}, {5, 10, 1}, {3, 100, 1}, {3, 255, 1}, {2, 1000, 1}, {2, 2501, 1}, {3, 5, 2}, {2, 300, 7}, {1, 9, 50}};
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private static int count(long[] size) {
        return (int) (size[0] * size[1] * size[2]);
    }

    /** Where the elements of line r lie. */
    private static int[] line(long[] size, int r) {
        int[] places = new int[(int) size[1]];
        for (int k = 0; k < places.length; k++) places[k] = (int) ((r / size[2] * size[1] + k) * size[2] + r % size[2]);
        return places;
    }

    private static double logSum(OnDevice.Twin x, int[] line) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i : line) most = Math.max(most, x.get(i));
        double sum = 0;
        for (int i : line) sum += Math.exp(x.get(i) - most);
        return line.length == 0 ? most : most + Math.log(sum);
    }

    private static double allowed(DType type, double want) {
        double size = Math.abs(want) + 1e-3;
        return switch (type) {
            case F64 -> 4e-15 * (size + 1);
            case F32 -> 1e-6 * (size + 0.1);
            case F16 -> 6e-4 * size;
            default -> 5e-3 * size;
        };
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void forwardAndLogSumExpAreNearDoublePrecision(DType type) {
        for (long[] size : SIZES) {
            int n = count(size);
            int lines = (int) (size[0] * size[2]);
            OnDevice.Twin x = on.twin(type, Arrays.stream(OnDevice.tame(type, n, size[1])).map(v -> 3 * v).toArray());
            OnDevice.Twin[] out = {on.empty(type, n), on.empty(type, n), on.empty(type, lines)};
            CudaSoftmax.forward(on.device, false, type, x.device(), size[0], size[1], size[2], out[0].device());
            CudaSoftmax.forward(on.device, true, type, x.device(), size[0], size[1], size[2], out[1].device());
            CudaReductions.reduce(on.device, Kind.LOG_SUM_EXP, type, x.device(), size[0], size[1], size[2], out[2].device());
            OnDevice.Twin[] got = {on.download(out[0]), on.download(out[1]), on.download(out[2])};
            for (int r = 0; r < lines; r++) {
                int[] line = line(size, r);
                double logSum = logSum(x, line);
                String where = type + " " + Arrays.toString(size) + " line " + r;
                assertEquals(logSum, got[2].get(r), allowed(type, logSum), "log-sum-exp of " + where);
                for (int i : line) {
                    double log = x.get(i) - logSum;
                    assertEquals(Math.exp(log), got[0].get(i), allowed(type, Math.exp(log)), "softmax of " + where);
                    assertEquals(log, got[1].get(i), allowed(type, log), "log-softmax of " + where);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void gradientsAreNearDoublePrecision(DType type) {
        for (long[] size : SIZES) {
            int n = count(size);
            OnDevice.Twin y = on.twin(type, Arrays.stream(OnDevice.tame(type, n, size[1])).map(v -> -Math.abs(v)).toArray());
            OnDevice.Twin g = on.twin(type, OnDevice.tame(type, n, size[1] + 1));
            for (boolean log : new boolean[] {false, true}) {
                OnDevice.Twin out = on.empty(type, n);
                CudaSoftmax.gradient(on.device, log, type, y.device(), g.device(), size[0], size[1], size[2], out.device());
                OnDevice.Twin got = on.download(out);
                for (int r = 0; r < size[0] * size[2]; r++) {
                    int[] line = line(size, r);
                    double sum = 0;
                    for (int i : line) sum += log ? g.get(i) : g.get(i) * y.get(i);
                    for (int i : line) {
                        double want = log ? g.get(i) - Math.exp(y.get(i)) * sum : y.get(i) * (g.get(i) - sum);
                        // The sum's own rounding counts as well.
                        assertEquals(want, got.get(i), allowed(type, want) + (type == DType.F32 ? 2e-6 : type == DType.F64 ? 1e-14 : 1e-5) * (Math.abs(sum) + line.length * 0.01),
                                (log ? "log-" : "") + "softmax gradient of " + type + " " + Arrays.toString(size));
                    }
                }
            }
        }
    }

    @Test
    void infinitiesAndNaNDecideAsOnTheCpu() {
        double inf = Double.POSITIVE_INFINITY;
        double[][] starts = {{inf, 1, 2}, {-inf, -inf, -inf}, {-inf, 1, 2}, {Double.NaN, 1, -inf}, {inf, Double.NaN, 1}, {inf, inf, 0}, {-200, 0, 200}};
        for (long[] size : new long[][] {{1, 3, 1}, {1, 300, 1}, {1, 1100, 1}, {1, 3, 2}, {1, 300, 3}}) {
            for (double[] start : starts) {
                double[] values = new double[count(size)];
                Arrays.fill(values, start[0] == -inf && start[1] == -inf ? -inf : 0.5);
                for (int k = 0; k < 3; k++) for (int i = 0; i < size[2]; i++) values[k * (int) size[2] + i] = start[k];
                OnDevice.Twin x = on.twin(DType.F64, values);
                String where = Arrays.toString(start) + " in " + Arrays.toString(size);
                for (boolean log : new boolean[] {false, true}) {
                    OnDevice.Twin out = on.empty(DType.F64, values.length);
                    Reductions.softmax(log, DType.F64, x.host(), size[0], size[1], size[2], out.host());
                    CudaSoftmax.forward(on.device, log, DType.F64, x.device(), size[0], size[1], size[2], out.device());
                    assertNear(out, "softmax " + where);
                }
                OnDevice.Twin out = on.empty(DType.F64, (int) size[2]);
                Reductions.reduce(Kind.LOG_SUM_EXP, DType.F64, x.host(), size[0], size[1], size[2], out.host());
                CudaSoftmax.logSumExp(on.device, DType.F64, x.device(), size[0], size[1], size[2], out.device());
                assertNear(out, "log-sum-exp " + where);
            }
        }
    }

    private void assertNear(OnDevice.Twin out, String what) {
        OnDevice.Twin got = on.download(out);
        for (int i = 0; i < out.n(); i++) {
            double want = out.get(i);
            double value = Memory.getAsDouble(out.type(), got.host() + (long) i * out.type().bytes());
            assertEquals(want, value, Double.isFinite(want) ? 1e-14 * (1 + Math.abs(want)) : 0, what + " at " + i);
        }
    }
}
