package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MatMulTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** By the definition, one element at a time, in f64; batch dimensions broadcast. */
    private static double element(Tensor a, Tensor b, long[] index) {
        int batch = index.length - 2;
        long[] ia = new long[a.rank()];
        long[] ib = new long[b.rank()];
        for (int i = 0; i < batch; i++) {
            int da = i - (batch - (a.rank() - 2));
            int db = i - (batch - (b.rank() - 2));
            if (da >= 0) ia[da] = a.size(da) == 1 ? 0 : index[i];
            if (db >= 0) ib[db] = b.size(db) == 1 ? 0 : index[i];
        }
        ia[a.rank() - 2] = index[batch];
        ib[b.rank() - 1] = index[batch + 1];
        double sum = 0;
        for (long k = 0; k < a.size(-1); k++) {
            ia[a.rank() - 1] = k;
            ib[b.rank() - 2] = k;
            sum += a.get(ia) * b.get(ib);
        }
        return sum;
    }

    private static void check(Tensor a, Tensor b) {
        double tolerance = switch (a.dtype()) {
            case F32 -> 2e-6 * Math.sqrt(a.size(-1) + 1);
            case F64 -> 1e-13 * Math.sqrt(a.size(-1) + 1);
            case F16 -> 1e-3;
            case BF16 -> 8e-3;
            default -> 0;
        };
        Tensor c = a.matmul(b);
        assertEquals(a.dtype(), c.dtype());
        Expect.elements(c, tolerance, index -> element(a, b, index));
    }

    @Test
    void everyNumericTypeMultipliesMatrices() {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.F16, DType.BF16, DType.I32, DType.I64}) {
            check(Expect.random(type, 1, 7, 5), Expect.random(type, 2, 5, 9));
        }
    }

    @Test
    void byteProductsWrap() {
        Tensor c = Tensors.of(new byte[] {(byte) 200, 3}, 1, 2).matmul(Tensors.of(new byte[] {2, 5}, 2, 1));
        assertEquals((200 * 2 + 15) % 256, c.item());
    }

    @Test
    void largeIntegersStayExact() {
        Tensor c = Tensors.of(new long[] {(1L << 53) + 1, 1}, 1, 2).matmul(Tensors.of(new long[] {1, 2}, 2, 1));
        assertEquals((1L << 53) + 3, c.getLong(0, 0));
    }

    @Test
    void transposedSlicedAndBroadcastViewsAreReadWhereTheyLie() {
        Tensor a = Expect.random(DType.F64, 3, 6, 8);
        check(a.transpose(), Expect.random(DType.F64, 4, 5, 6).transpose());
        check(a, a.transpose());
        Tensor inner = a.withLayout(Layout.of(Shape.of(3, 4), new long[] {16, 2}, 1));
        check(inner, Expect.random(DType.F64, 5, 4, 2));
        Tensor leading = a.withLayout(Layout.of(Shape.of(4, 3), new long[] {8, 1}, 2));
        check(leading, Expect.random(DType.F64, 6, 3, 2));
        check(leading.transpose(), Expect.random(DType.F64, 7, 4, 2));
        check(Expect.random(DType.F64, 8, 1, 4).expand(5, 4), Expect.random(DType.F64, 9, 4, 1).expand(4, 3));
        Tensor backward = a.withLayout(Layout.of(Shape.of(6, 8), new long[] {-8, 1}, 40));
        check(backward, Expect.random(DType.F64, 10, 8, 3));
        check(Expect.random(DType.I32, 11, 6, 4).transpose(), Expect.random(DType.I32, 12, 3, 6).transpose());
    }

    @Test
    void batchDimensionsBroadcast() {
        for (DType type : new DType[] {DType.F32, DType.I64}) {
            check(Expect.random(type, 1, 3, 4, 5), Expect.random(type, 2, 3, 5, 2));
            check(Expect.random(type, 1, 3, 4, 5), Expect.random(type, 2, 5, 2));
            check(Expect.random(type, 1, 4, 5), Expect.random(type, 2, 3, 5, 2));
            check(Expect.random(type, 1, 2, 1, 4, 5), Expect.random(type, 2, 3, 5, 2));
            check(Expect.random(type, 1, 2, 3, 4, 5), Expect.random(type, 2, 2, 1, 5, 2));
            check(Expect.random(type, 1, 2, 3, 4, 5).transpose(0, 1), Expect.random(type, 2, 3, 1, 2, 5).transpose());
            check(Expect.random(type, 1, 3, 2, 4, 5).permute(1, 0, 3, 2), Expect.random(type, 2, 2, 3, 4, 6));
        }
    }

    @Test
    void vectorsAreRowsOnTheLeftAndColumnsOnTheRight() {
        Tensor m = Tensors.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        Tensor v = Tensors.of(new double[] {1, 10, 100});
        assertArrayEquals(new double[] {321, 654}, m.matmul(v).toDoubles());
        assertEquals(Shape.of(2), m.matmul(v).shape());
        assertArrayEquals(new double[] {321, 654}, v.matmul(m.transpose()).toDoubles());
        assertEquals(Shape.SCALAR, v.matmul(v).shape());
        assertEquals(10101, v.dot(v).item());
        assertEquals(Shape.of(4, 2), m.expand(4, 2, 3).matmul(v).shape());
        assertArrayEquals(new double[] {1, 10, 100, 2, 20, 200}, Tensors.of(new double[] {1, 2}).outer(v).toDoubles());
    }

    @Test
    void emptySizesGiveZerosOrNothing() {
        assertArrayEquals(new double[6], Tensors.zeros(DType.F32, 2, 0).matmul(Tensors.zeros(DType.F32, 0, 3)).toDoubles());
        assertEquals(Shape.of(0, 3), Tensors.zeros(DType.F32, 0, 2).matmul(Tensors.zeros(DType.F32, 2, 3)).shape());
        assertEquals(Shape.of(4, 0, 2, 3), Tensors.zeros(DType.F64, 4, 0, 2, 2).matmul(Tensors.zeros(DType.F64, 2, 3)).shape());
        assertArrayEquals(new double[1], Tensors.zeros(DType.I64, 0).matmul(Tensors.zeros(DType.I64, 0)).toDoubles());
    }

    @Test
    void typesArePromoted() {
        Tensor c = Tensors.of(new int[] {1, 2}, 1, 2).matmul(Tensors.of(new float[] {0.5f, 0.25f}, 2, 1));
        assertEquals(DType.F32, c.dtype());
        assertEquals(1.0, c.item());
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        int before = WorkerPool.threads();
        try {
            for (DType type : new DType[] {DType.F32, DType.I32}) {
                Tensor a = Expect.random(type, 1, 3, 130, 70);
                Tensor b = Expect.random(type, 2, 70, 150);
                WorkerPool.setThreads(1);
                double[] one = a.matmul(b).toDoubles();
                WorkerPool.setThreads(3);
                assertArrayEquals(one, a.matmul(b).toDoubles());
            }
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void linearIsAProductWithTheTransposedWeightPlusBias() {
        Tensor x = Expect.random(DType.F64, 1, 2, 3, 4);
        Tensor weight = Expect.random(DType.F64, 2, 5, 4);
        Tensor bias = Expect.random(DType.F64, 3, 5);
        Expect.close(x.matmul(weight.transpose()).add(bias), x.linear(weight, bias), 0);
        Expect.fails(IllegalArgumentException.class, () -> x.linear(weight.transpose(), null), "linear", "[2, 3, 4]", "[4, 5]", "[out, in]");
        Expect.fails(IllegalArgumentException.class, () -> x.linear(weight, x), "bias", "[5]");
    }

    @Test
    void shapesThatDoNotFitAreNamedWithAHint() {
        Tensor a = Tensors.zeros(DType.F32, 8, 64);
        Expect.fails(IllegalArgumentException.class, () -> a.matmul(Tensors.zeros(DType.F32, 32, 10)), "[8, 64] x [32, 10]", "64 against 32");
        Expect.fails(IllegalArgumentException.class, () -> a.matmul(Tensors.zeros(DType.F32, 10, 64)), "Did you mean b.transpose()?");
        Expect.fails(IllegalArgumentException.class, () -> a.matmul(Tensors.zeros(DType.F32, 8, 10)), "Did you mean a.transpose()?");
        Expect.fails(IllegalArgumentException.class, () -> a.matmul(Tensors.scalar(DType.F32, 1)), "scalar", "use mul");
        Expect.fails(IllegalArgumentException.class, () -> Tensors.zeros(DType.F32, 2, 3, 3).matmul(Tensors.zeros(DType.F32, 3, 3, 3)), "batch", "[2]", "[3]");
        Expect.fails(IllegalArgumentException.class, () -> Tensors.zeros(DType.BOOL, 2, 2).matmul(Tensors.zeros(DType.BOOL, 2, 2)), "bool", "to(");
    }
}
