package dev.tenfold.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.VectorModule;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlaneLoopsTest {
    private final NativeArrays arrays = new NativeArrays();

    @AfterEach
    void free() {
        arrays.close();
    }

    private double[] results(PlaneLoops loops, int count, int n) {
        long[] planes = new long[count];
        long other = arrays.empty(DType.F32, n + 64);
        long weights = arrays.empty(DType.F32, count + 1);
        long out = arrays.empty(DType.F32, n + 64);
        long sums = arrays.of(DType.F32, new double[64 * count]);
        for (int t = 0; t < count; t++) {
            planes[t] = arrays.empty(DType.F32, n + 64);
            PhiloxFill.normal(DType.F32, t, 0, 0, n + 64, 0, 1, planes[t]);
        }
        PhiloxFill.normal(DType.F32, 98, 0, 0, n + 64, 0, 1, other);
        PhiloxFill.normal(DType.F32, 99, 0, 0, count, 0, 1, weights);
        loops.combine(planes, count, weights, 0.3f, n, out);
        loops.addProducts(planes, count, other, n, sums);
        loops.addProducts(planes, count, other, n, sums);
        return DoubleStream.concat(Arrays.stream(NativeArrays.read(DType.F32, out, n)), Arrays.stream(NativeArrays.read(DType.F32, sums, 64 * count))).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 64, 65, 200})
    void vectorsAndPlainLoopsGiveTheSameBits(int n) {
        assumeTrue(VectorModule.available());
        PlaneLoops vector = new VectorPlaneLoops();
        for (int count : new int[] {0, 1, 3, 4, 9}) {
            assertArrayEquals(results(new PlaneLoops.Scalar(vector.lanes()), count, n), results(vector, count, n));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 16, 17, 40, 100})
    void rowsAreCopiedAtAnyDistance(int width) {
        int n = 7 * (width + 3);
        long from = arrays.empty(DType.F32, n);
        PhiloxFill.normal(DType.F32, 5, 0, 0, n, 0, 1, from);
        double[] source = NativeArrays.read(DType.F32, from, n);
        double[] expected = new double[n];
        for (int i = 0; i < 7 * width; i++) expected[i / width * (width + 1) + i % width] = source[i / width * (width + 2) + i % width + 3];
        for (PlaneLoops loops : VectorModule.available() ? new PlaneLoops[] {new PlaneLoops.Scalar(16), new VectorPlaneLoops()} : new PlaneLoops[] {new PlaneLoops.Scalar(16)}) {
            long to = arrays.of(DType.F32, new double[n]);
            loops.copyRows(from + 12, 4L * (width + 2), to, 4L * (width + 1), 4 * width, 7);
            assertArrayEquals(expected, NativeArrays.read(DType.F32, to, n));
        }
    }
}
