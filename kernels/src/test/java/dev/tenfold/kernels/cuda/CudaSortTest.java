package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.kernels.cpu.Sorting;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sorts and places of elements against the CPU's: equal values, equal indices. */
class CudaSortTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    /** Both zeros, NaN, infinities and many equal elements. */
    private OnDevice.Twin mixed(DType type, int n) {
        Random random = new Random(n);
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            double special = OnDevice.SPECIAL[random.nextInt(OnDevice.SPECIAL.length)];
            values[i] = random.nextInt(3) == 0 ? special : random.nextInt(40) - 20;
            if (type == DType.BOOL) values[i] = random.nextInt(2);
        }
        return on.twin(type, values);
    }

    private void compare(DType type, boolean largest, int rows, int n, int k) {
        OnDevice.Twin in = mixed(type, rows * n);
        OnDevice.Twin values = on.empty(type, rows * k);
        OnDevice.Twin indices = on.empty(DType.I64, rows * k);
        Sorting.topK(type, largest, in.host(), rows, n, k, values.host(), indices.host());
        CudaSort.topK(on.device, type, largest, in.device(), rows, n, k, values.device(), indices.device());
        String what = type + (largest ? " largest " : " smallest ") + k + " of " + n + " in " + rows + " rows";
        on.assertSame(indices, what + ", indices");
        on.assertSame(values, what);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void rowsThatFitABlock(DType type) {
        for (int n : new int[] {1, 2, 3, 31, 65}) compare(type, n % 2 == 0, 5, n, (n + 1) / 2);
        compare(type, true, 260, 3, 2);
        compare(type, false, 2, 513, 513);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "F64"})
    void theLongestRowsOfABlockAndOneMore(DType type) {
        int most = type == DType.F64 ? 2048 : 4096;
        compare(type, false, 1, most, most);
        compare(type, true, 2, most + 1, 7);
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"U8", "BF16", "F16", "I32", "I64"})
    void rowsThatAreSortedByTheirDigits(DType type) {
        boolean wide = type.bytes() == 8;
        compare(type, type == DType.BF16, 2, wide ? 2051 : 4099, wide ? 2051 : 4099);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void placesOfWhatDiffersFromZero(DType type) {
        for (int n : new int[] {1, 31, 2048, 2600}) {
            OnDevice.Twin in = mixed(type, n);
            OnDevice.Twin room = on.empty(DType.I64, n);
            int found = (int) Indexing.nonzero(type, in.host(), n, room.host());
            try (CudaNonZero places = new CudaNonZero(on.device, type, in.device(), n)) {
                assertEquals(found, places.found(), type + " " + n);
                OnDevice.Twin out = on.empty(DType.I64, found);
                places.positions(out.device());
                if (found > 0) on.assertSame(new OnDevice.Twin(DType.I64, found, room.host(), out.device()), "positions in " + n + " of " + type);
            }
        }
    }

    @Test
    void nothingIsFoundInNothing() {
        try (CudaNonZero places = new CudaNonZero(on.device, DType.F32, 0, 0)) {
            assertEquals(0, places.found());
            places.positions(0);
        }
        OnDevice.Twin zeros = on.twin(DType.F32, new double[3000]);
        try (CudaNonZero places = new CudaNonZero(on.device, DType.F32, zeros.device(), 3000)) {
            assertEquals(0, places.found());
        }
    }
}
