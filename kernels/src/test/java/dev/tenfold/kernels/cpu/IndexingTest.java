package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IndexingTest {
    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    private static double[] numbers(int n) {
        return IntStream.range(0, n).mapToDouble(i -> i % 100).toArray();
    }

    @Test
    void selectingRowsAndAddingThemBackAreAdjoint() {
        Random random = new Random(1);
        int outer = 2;
        int n = 5;
        int inner = 70;
        int m = 8;
        double[] x = random.doubles(outer * n * inner).toArray();
        double[] g = random.doubles(outer * m * inner).toArray();
        long in = arrays.of(DType.F64, x);
        long indices = arrays.of(DType.I64, 0, 3, -1, 3, 2, 2, 2, -5);
        long out = arrays.empty(DType.F64, outer * m * inner);
        Indexing.select(DType.F64, in, outer, n, inner, indices, m, out);
        long back = arrays.of(DType.F64, new double[x.length]);
        Indexing.selectAdd(DType.F64, arrays.of(DType.F64, g), outer, m, inner, indices, n, back);
        double[] y = NativeArrays.read(DType.F64, out, g.length);
        double[] b = NativeArrays.read(DType.F64, back, x.length);
        assertEquals(x[2 * inner], y[4 * inner]);
        assertEquals(x[(n + 4) * inner + 7], y[(m + 2) * inner + 7]);
        assertEquals(dot(y, g), dot(x, b), 1e-10);
    }

    @Test
    void gatheringAndScatterAddingAreAdjoint() {
        Random random = new Random(2);
        int outer = 3;
        int n = 4;
        int inner = 2;
        int m = 6;
        double[] x = random.doubles(outer * n * inner).toArray();
        double[] g = random.doubles(outer * m * inner).toArray();
        double[] index = random.ints((long) outer * m * inner, -n, n).asDoubleStream().toArray();
        long indices = arrays.of(DType.I64, index);
        long out = arrays.empty(DType.F64, g.length);
        Indexing.gather(DType.F64, arrays.of(DType.F64, x), outer, n, inner, indices, m, out);
        double[] y = NativeArrays.read(DType.F64, out, g.length);
        for (int k = 0; k < g.length; k++) {
            int j = (int) (index[k] < 0 ? index[k] + n : index[k]);
            assertEquals(x[(k / (m * inner) * n + j) * inner + k % inner], y[k]);
        }
        long back = arrays.of(DType.F64, new double[x.length]);
        Indexing.scatterAdd(DType.F64, arrays.of(DType.F64, g), outer, m, inner, indices, n, back);
        assertEquals(dot(y, g), dot(x, NativeArrays.read(DType.F64, back, x.length)), 1e-10);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
        return sum;
    }

    @Test
    void scatteringWritesTheLastOfEqualIndices() {
        long into = arrays.of(DType.I32, 9, 9, 9);
        Indexing.scatter(DType.I32, arrays.of(DType.I32, 1, 2, 3), 1, 3, 1, arrays.of(DType.I64, 0, 2, 0), 3, into);
        assertArrayEquals(new double[] {3, 9, 2}, NativeArrays.read(DType.I32, into, 3));
    }

    @Test
    void theFirstIndexOutsideIsFound() {
        assertEquals(2, Indexing.checkIndices(arrays.of(DType.I64, 0, -4, 4, 9), 4, 4));
        assertEquals(-1, Indexing.checkIndices(arrays.of(DType.I64, 0, -4, 3), 3, 4));
    }

    @Test
    void sortsAreStableWithNanLargest() {
        double[] x = {2, Double.NaN, -1, 2, Double.NEGATIVE_INFINITY, -0.0, 0.0};
        for (DType type : new DType[] {DType.F32, DType.F64, DType.F16}) {
            long values = arrays.empty(type, 7);
            long order = arrays.empty(DType.I64, 7);
            Sorting.sort(type, false, arrays.of(type, x), 1, 7, values, order);
            assertArrayEquals(new double[] {4, 2, 5, 6, 0, 3, 1}, NativeArrays.read(DType.I64, order, 7));
            Sorting.sort(type, true, arrays.of(type, x), 1, 7, values, order);
            assertArrayEquals(new double[] {1, 0, 3, 5, 6, 2, 4}, NativeArrays.read(DType.I64, order, 7));
            Sorting.topK(type, true, arrays.of(type, x), 1, 7, 2, values, 0);
            assertArrayEquals(new double[] {Double.NaN, 2}, NativeArrays.read(type, values, 2));
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void stridedCopiesAgreeWithASlowLoop(DType type) {
        Random random = new Random(3);
        for (int trial = 0; trial < 60; trial++) {
            long[] shape = {1 + random.nextInt(4), 1 + random.nextInt(5), 1 + random.nextInt(6)};
            long[] strides = {random.nextInt(9), random.nextInt(9), random.nextInt(9)};
            double[] x = type == DType.BOOL ? random.ints(200, 0, 2).asDoubleStream().toArray() : numbers(200);
            int n = (int) (shape[0] * shape[1] * shape[2]);
            long out = arrays.empty(type, n);
            Indexing.copy(type, shape, arrays.of(type, x), strides, out, new long[] {shape[1] * shape[2], shape[2], 1});
            double[] got = NativeArrays.read(type, out, n);
            for (int k = 0; k < n; k++) {
                long at = k / (shape[1] * shape[2]) * strides[0] + k / shape[2] % shape[1] * strides[1] + k % shape[2] * strides[2];
                assertEquals(x[(int) at], got[k]);
            }
        }
    }

    /** Sizes that fill tiles of a transpose and leave edges, in every order of the dimensions, forwards and backwards. */
    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F64", "I32", "F16", "U8"})
    void permutedCopiesAgreeWithASlowLoop(DType type) {
        Random random = new Random(4);
        int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        long[][] sizes = {{3, 37, 50}, {64, 1, 33}, {16, 16, 16}, {1, 300, 70}, {40, 3, 17}, {5, 129, 2}};
        // Enough repetitions that the vector tiles, which wait for a while, take part.
        for (int trial = 0; trial < (type == DType.I32 ? 300 : 40); trial++) {
            long[] source = sizes[random.nextInt(sizes.length)];
            int[] order = orders[random.nextInt(orders.length)];
            long[] steps = {source[1] * source[2], source[2], 1};
            int total = (int) (source[0] * source[1] * source[2]);
            long in = arrays.empty(type, total);
            for (int i = 0; i < total; i++) dev.tenfold.kernels.Memory.putAsDouble(type, in + (long) i * type.bytes(), i * 7 % 251);
            boolean backwards = random.nextBoolean();
            long start = backwards ? (source[2] - 1) * type.bytes() : 0;
            long[] shape = new long[3];
            long[] strides = new long[3];
            for (int d = 0; d < 3; d++) {
                shape[d] = source[order[d]];
                strides[d] = order[d] == 2 && backwards ? -1 : steps[order[d]];
            }
            long out = arrays.empty(type, total);
            Indexing.copy(type, shape, in + start, strides, out, new long[] {shape[1] * shape[2], shape[2], 1});
            for (int k = 0; k < total; k++) {
                long at = k / (shape[1] * shape[2]) * strides[0] + k / shape[2] % shape[1] * strides[1] + k % shape[2] * strides[2];
                assertEquals(dev.tenfold.kernels.Memory.getAsDouble(type, in + start + at * type.bytes()),
                        dev.tenfold.kernels.Memory.getAsDouble(type, out + (long) k * type.bytes()));
            }
            arrays.close();
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void fillsReachEveryElementOfAStridedRegionAndNoOther(DType type) {
        long out = arrays.of(type, new double[60]);
        Indexing.fill(type, new long[] {4, 3}, out + type.bytes(), new long[] {10, 2}, 1);
        double[] got = NativeArrays.read(type, out, 60);
        for (int i = 0; i < 60; i++) assertEquals(i < 40 && i % 10 % 2 == 1 && i % 10 < 6 ? 1 : 0, got[i], "element " + i);
        Indexing.fill(type, new long[] {59}, out + type.bytes(), new long[] {1}, 1);
        got = NativeArrays.read(type, out, 60);
        for (int i = 1; i < 60; i++) assertEquals(1, got[i]);
        assertEquals(0, got[0]);
        Indexing.fill(type, new long[] {2, 0}, out, new long[] {1, 1}, 1);
        assertEquals(0, NativeArrays.read(type, out, 1)[0]);
        Indexing.fill(type, new long[0], out, new long[0], 1);
        assertEquals(1, NativeArrays.read(type, out, 1)[0]);
    }

    @Test
    void nonzeroListsPositions() {
        long out = arrays.empty(DType.I64, 5);
        assertEquals(3, Indexing.nonzero(DType.F32, arrays.of(DType.F32, 0, 2, Double.NaN, 0, -1), 5, out));
        assertArrayEquals(new double[] {1, 2, 4}, NativeArrays.read(DType.I64, out, 3));
    }
}
