package dev.tenfold.kernels.cuda;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Indexing;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Strided copies and fills against the CPU's. */
class CudaCopyTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private void compare(DType type, long[] shape, OnDevice.Twin from, long first, long[] fromStrides, OnDevice.Twin to, long[] toStrides) {
        long skip = first * type.bytes();
        Indexing.copy(type, shape, from.host() + skip, fromStrides, to.host(), toStrides);
        CudaCopy.copy(on.device, type, shape, from.device() + skip, fromStrides, to.device(), toStrides);
        on.assertSame(to, type + " " + Arrays.toString(shape) + " from " + Arrays.toString(fromStrides) + " to " + Arrays.toString(toStrides));
    }

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F64", "F32", "BF16", "U8"})
    void viewsOfAllKindsAreCopied(DType type) {
        OnDevice.Twin from = on.twin(type, OnDevice.tame(type, 8000, 1));
        long[][] shapes = {{}, {7}, {3, 40, 50}, {40, 50}, {4, 33, 35}, {2, 9, 3, 11}, {20, 16}, {5, 10, 8}, {6, 7}, {2, 2, 2, 2, 2, 2, 2, 2}, {12}, {1, 5, 1}};
        long[][] strides = {{}, {1}, {2000, 1, 40}, {1, 40}, {1155, 1, 33}, {297, 1, 99, 9}, {32, 1}, {8, 40, 1}, {0, 1}, {128, 1, 64, 2, 32, 4, 16, 8}, {-2}, {3, 7, 5}};
        long[] first = {5, 1, 0, 0, 3, 0, 16, 0, 1, 0, 22, 0};
        for (int s = 0; s < shapes.length; s++) {
            long[] dense = new long[shapes[s].length];
            long n = 1;
            for (int d = dense.length - 1; d >= 0; d--) {
                dense[d] = n;
                n *= shapes[s][d];
            }
            compare(type, shapes[s], from, first[s], strides[s], on.empty(type, (int) n), dense);
        }
    }

    @Test
    void aStridedTargetKeepsWhatLiesBetween() {
        OnDevice.Twin from = on.twin(DType.F32, OnDevice.tame(DType.F32, 600, 1));
        OnDevice.Twin to = on.twin(DType.F32, OnDevice.tame(DType.F32, 1300, 2));
        compare(DType.F32, new long[] {20, 30}, from, 0, new long[] {30, 1}, to, new long[] {64, 2});
        compare(DType.F32, new long[] {20, 30}, from, 0, new long[] {1, 20}, to, new long[] {40, 1});
        compare(DType.F32, new long[] {20, 30}, from, 0, new long[] {30, 1}, to, new long[] {1, 20});
        compare(DType.F32, new long[] {0, 30}, from, 0, new long[] {30, 1}, to, new long[] {1, 20});
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void regionsAreFilled(DType type) {
        OnDevice.Twin to = on.twin(type, OnDevice.tame(type, 300, 1));
        for (double value : new double[] {0, -0.0, 1, 2.7, -1, Double.NaN, 1e9}) {
            Indexing.fill(type, new long[] {10, 9}, to.host(), new long[] {20, 2}, value);
            CudaCopy.fill(on.device, type, new long[] {10, 9}, to.device(), new long[] {20, 2}, value);
            on.assertSame(to, "strided fill of " + type + " with " + value);
            Indexing.fill(type, new long[] {77}, to.host() + type.bytes(), new long[] {1}, value);
            CudaCopy.fill(on.device, type, 77, to.device() + type.bytes(), value);
            on.assertSame(to, "dense fill of " + type + " with " + value);
        }
    }
}
