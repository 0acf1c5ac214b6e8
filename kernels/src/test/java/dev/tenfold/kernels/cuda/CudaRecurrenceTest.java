package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Scans;
import dev.tenfold.kernels.cuda.OnDevice.Twin;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Linear recurrences and running log-sum-exps against the CPU's in f64: lines, rows of one block, of several, and more pieces than a block joins at once. */
class CudaRecurrenceTest {
    private static final long[][] SIZES = {{3, 1, 1}, {2, 32, 1}, {3, 33, 1}, {2, 2048, 1}, {2, 2049, 1}, {1, 5000, 1}, {2, 40, 3}, {1, 3, 300}};
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private Twin wide(Twin narrow) {
        return on.twin(DType.F64, IntStream.range(0, narrow.n()).mapToDouble(narrow::get).toArray());
    }

    private void assertNear(Twin want, Twin narrow, String what) {
        double relative = switch (narrow.type()) {
            case F64 -> 1e-13;
            case F32 -> 1e-6;
            case F16 -> 1e-3;
            default -> 8e-3;
        };
        Twin got = on.download(narrow);
        for (int i = 0; i < want.n(); i++) assertEquals(want.get(i), got.get(i), relative * (1 + Math.abs(want.get(i))), what + " at " + i);
    }

    private void check(DType type, long[] size) {
        int n = (int) (size[0] * size[1] * size[2]);
        String where = type + " " + Arrays.toString(size);
        Twin x = on.twin(type, OnDevice.tame(type, n, 1));
        Twin a = on.twin(type, Arrays.stream(OnDevice.tame(type, n, 2)).map(v -> v / 2.1).toArray());
        Twin xs = wide(x);
        Twin as = wide(a);
        for (boolean reverse : new boolean[] {false, true}) {
            Twin y = on.empty(type, n);
            Twin want = on.empty(DType.F64, n);
            Scans.recurrence(DType.F64, xs.host(), as.host(), size[0], size[1], size[2], reverse, want.host());
            CudaRecurrence.linear(on.device, type, x.device(), a.device(), size[0], size[1], size[2], reverse, y.device());
            assertNear(want, y, "recurrence of " + where + (reverse ? " from the end" : ""));
        }
        Twin y = on.empty(type, n);
        Twin want = on.empty(DType.F64, n);
        Scans.logCumulativeSumExp(DType.F64, xs.host(), size[0], size[1], size[2], want.host());
        CudaRecurrence.logCumulativeSumExp(on.device, type, x.device(), size[0], size[1], size[2], y.device());
        assertNear(want, y, "running log-sum-exp of " + where);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64", "F16", "BF16"})
    void everySize(DType type) {
        for (long[] size : SIZES) check(type, size);
    }

    @Test
    void moreThan256Pieces() {
        check(DType.F32, new long[] {1, 257 * 2048 + 5, 1});
    }

    @Test
    void infinitiesAndNaNAsOnTheCpu() {
        double inf = Double.POSITIVE_INFINITY;
        for (double special : new double[] {inf, -inf, Double.NaN}) {
            for (int at : new int[] {0, 1, 40}) {
                double[] values = new double[70];
                values[at] = special;
                Twin x = on.twin(DType.F64, values), y = on.empty(DType.F64, 70);
                Scans.logCumulativeSumExp(DType.F64, x.host(), 1, 70, 1, y.host());
                CudaRecurrence.logCumulativeSumExp(on.device, DType.F64, x.device(), 1, 70, 1, y.device());
                Twin got = on.download(y);
                for (int i = 0; i < 70; i++) assertEquals(y.get(i), got.get(i), 1e-13 * 5, special + " at " + at + ": " + i);
            }
        }
    }
}
