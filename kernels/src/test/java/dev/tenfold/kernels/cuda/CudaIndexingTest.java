package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Indexing;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Look-ups, scatters, triangles and sums by indices against the CPU's: equal bits. */
class CudaIndexingTest {
    private OnDevice on;

    @BeforeEach
    void open() {
        on = new OnDevice();
    }

    @AfterEach
    void close() {
        if (on != null) on.close();
    }

    private OnDevice.Twin tame(DType type, long n) {
        return on.twin(type, OnDevice.tame(type, (int) n, n));
    }

    /** Indices into n elements, half of them counted from the end. */
    private OnDevice.Twin indices(long count, long n) {
        return on.twin(DType.I64, new Random(count).doubles(count).map(x -> Math.floor(2 * n * x) - n).toArray());
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void rowsOfAnyLengthAreSelected(DType type) {
        long[][] sizes = {{1, 5, 1, 7}, {1, 9, 16, 300}, {3, 4, 5, 11}, {2, 3, 8, 1}, {1, 4, 3, 0}}; // outer, n, inner, m
        for (long[] s : sizes) {
            OnDevice.Twin in = tame(type, s[0] * s[1] * s[2]);
            OnDevice.Twin indices = indices(s[3], s[1]);
            OnDevice.Twin out = on.empty(type, (int) (s[0] * s[3] * s[2]));
            Indexing.select(type, in.host(), s[0], s[1], s[2], indices.host(), s[3], out.host());
            CudaIndexing.select(on.device, "select", type, in.device(), s[0], s[1], s[2], indices.device(), s[3], out.device());
            if (out.n() > 0) on.assertSame(out, "select " + type);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void elementsAreGatheredAndScattered(DType type) {
        long[][] sizes = {{1, 5, 1, 7}, {3, 4, 5, 60}, {40, 6, 1, 1}, {2, 130, 3, 9}}; // outer, n, inner, m
        for (long[] s : sizes) {
            OnDevice.Twin in = tame(type, s[0] * s[1] * s[2]);
            OnDevice.Twin indices = indices(s[0] * s[3] * s[2], s[1]);
            OnDevice.Twin out = on.empty(type, (int) (s[0] * s[3] * s[2]));
            Indexing.gather(type, in.host(), s[0], s[1], s[2], indices.host(), s[3], out.host());
            CudaIndexing.gather(on.device, "gather", type, in.device(), s[0], s[1], s[2], indices.device(), s[3], out.device());
            on.assertSame(out, "gather " + type);
            OnDevice.Twin values = on.twin(type, OnDevice.tame(type, out.n(), 99));
            Indexing.scatter(type, values.host(), s[0], s[3], s[2], indices.host(), s[1], in.host());
            CudaIndexing.scatter(on.device, "scatter", type, values.device(), s[0], s[3], s[2], indices.device(), s[1], in.device());
            on.assertSame(in, "scatter " + type);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void trianglesKeepTheirSide(DType type) {
        long[][] sizes = {{1, 1, 1}, {3, 5, 4}, {2, 3, 33}, {1, 40, 3}};
        for (long[] s : sizes) {
            for (int diagonal = -2; diagonal <= 3; diagonal++) {
                OnDevice.Twin in = tame(type, s[0] * s[1] * s[2]);
                OnDevice.Twin out = on.empty(type, in.n());
                boolean upper = diagonal % 2 == 0;
                Indexing.triangle(type, upper, diagonal, in.host(), s[0], s[1], s[2], out.host());
                CudaIndexing.triangle(on.device, type, upper, diagonal, in.device(), s[0], s[1], s[2], out.device());
                on.assertSame(out, (upper ? "upper " : "lower ") + type + " " + diagonal);
            }
        }
    }

    /** In the CPU's order; f16 and bf16, which are rounded once instead of at every step, in whole numbers that need no rounding. */
    @ParameterizedTest
    @EnumSource(value = DType.class, mode = EnumSource.Mode.EXCLUDE, names = "BOOL")
    void sumsHaveTheBitsOfTheCpu(DType type) {
        long[][] sizes = {{1, 5, 1, 7}, {1, 300, 1, 2500}, {2, 3, 8, 70}, {3, 4, 5, 66}, {2, 6, 3, 0}, {1, 70000, 1, 90}, {1, 0, 4, 0}}; // outer, n, inner, m
        for (long[] s : sizes) {
            OnDevice.Twin into = on.empty(type, (int) (s[0] * s[1] * s[2]));
            if (into.n() == 0) continue;
            OnDevice.Twin from = type.bytes() == 2 ? whole(type, s[0] * s[3] * s[2]) : tame(type, s[0] * s[3] * s[2]);
            OnDevice.Twin rows = indices(s[3], s[1]);
            Indexing.selectAdd(type, from.host(), s[0], s[3], s[2], rows.host(), s[1], into.host());
            CudaIndexAdd.selectAdd(on.device, "add", type, from.device(), s[0], s[3], s[2], rows.device(), s[1], into.device());
            on.assertSame(into, "selectAdd " + type + " of " + s[3]);
            OnDevice.Twin indices = indices(from.n(), s[1]);
            Memory.fill(into.host(), (long) into.n() * type.bytes(), (byte) 0);
            Indexing.scatterAdd(type, from.host(), s[0], s[3], s[2], indices.host(), s[1], into.host());
            CudaIndexAdd.scatterAdd(on.device, "add", type, from.device(), s[0], s[3], s[2], indices.device(), s[1], into.device());
            on.assertSame(into, "scatterAdd " + type + " of " + s[3]);
        }
    }

    private OnDevice.Twin whole(DType type, long n) {
        return on.twin(type, new Random(n).ints(n, -2, 3).asDoubleStream().toArray());
    }

    @Test
    void theFirstIndexOutsideIsToldOnceAtTheNextWait() {
        double[] many = new double[3000];
        many[700] = 7;
        many[701] = -6;
        many[2999] = 5;
        OnDevice.Twin in = tame(DType.F32, 5);
        OnDevice.Twin indices = on.twin(DType.I64, many);
        OnDevice.Twin out = on.empty(DType.F32, many.length);
        CudaIndexing.select(on.device, "lookUp", DType.F32, in.device(), 1, 5, 1, indices.device(), many.length, out.device());
        CudaIndexing.gather(on.device, "later", DType.F32, in.device(), 1, 2, 1, indices.device(), many.length, out.device());
        String message = assertThrows(IndexOutOfBoundsException.class, on.device::synchronize).getMessage();
        assertTrue(message.startsWith("lookUp: index 7 at position 700 ") && message.contains("axis of 5 elements") && message.contains(on.device.toString()), message);
        assertDoesNotThrow(on.device::synchronize);
        CudaIndexing.select(on.device, "lookUp", DType.F32, in.device(), 1, 5, 1, indices.device(), 700, out.device());
        assertDoesNotThrow(() -> on.download(out));
    }

    @Test
    void readingAValueTellsToo() {
        OnDevice.Twin in = tame(DType.F32, 5);
        OnDevice.Twin indices = on.twin(DType.I64, 1, -6, 2);
        OnDevice.Twin out = on.empty(DType.F32, 3);
        CudaIndexing.gather(on.device, "gather", DType.F32, in.device(), 1, 5, 1, indices.device(), 3, out.device());
        assertThrows(IndexOutOfBoundsException.class, () -> on.download(out));
        OnDevice.Twin got = on.download(out);
        assertEquals(in.get(1), got.get(0));
        assertEquals(0, got.get(1), "what is outside is read as 0");
        OnDevice.Twin sums = on.empty(DType.F32, 2);
        CudaIndexAdd.selectAdd(on.device, "indexAdd", DType.F32, out.device(), 1, 3, 1, on.twin(DType.I64, 1, 2, 1).device(), 2, sums.device());
        String message = assertThrows(IndexOutOfBoundsException.class, () -> on.download(sums)).getMessage();
        assertTrue(message.contains("indexAdd: index 2 at position 1 "), message);
        assertEquals((float) (got.get(0) + got.get(2)), on.download(sums).get(1), "what is outside is left out");
    }

    @Test
    void anIndexOutsideInAGraphIsToldAfterItsReplay() {
        OnDevice.Twin in = tame(DType.F32, 5);
        OnDevice.Twin indices = on.twin(DType.I64, 0, 1, 2, 3, 4, 0, 1);
        OnDevice.Twin sums = on.empty(DType.F32, 5);
        OnDevice.Twin out = on.empty(DType.F32, 7);
        Runnable work = () -> {
            CudaIndexing.select(on.device, "select", DType.F32, in.device(), 1, 5, 1, indices.device(), 7, out.device());
            CudaIndexAdd.selectAdd(on.device, "add", DType.F32, out.device(), 1, 7, 1, indices.device(), 5, sums.device());
        };
        work.run();
        try (CudaGraph graph = CudaGraph.capture(on.device, work)) {
            graph.replay();
            on.device.synchronize();
            Memory.putLong(indices.host() + 8, 5);
            on.upload(indices);
            graph.replay();
            String message = assertThrows(IndexOutOfBoundsException.class, on.device::synchronize).getMessage();
            assertTrue(message.contains("select: index 5 at position 1 "), message);
        }
    }
}
