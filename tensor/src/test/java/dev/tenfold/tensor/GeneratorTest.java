package dev.tenfold.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void equalSeedsGiveEqualStreamsAndOthersDoNot() {
        assertArrayEquals(new Generator(7).normal(DType.F32, 100).toFloats(), new Generator(7).normal(DType.F32, 100).toFloats());
        assertFalse(Arrays.equals(new Generator(7).normal(DType.F32, 100).toFloats(), new Generator(8).normal(DType.F32, 100).toFloats()));
    }

    @Test
    void theNumberOfThreadsDoesNotChangeTheStream() {
        int before = WorkerPool.threads();
        try {
            WorkerPool.setThreads(1);
            double[] one = new Generator(3).normal(DType.F64, 50_001).toDoubles();
            WorkerPool.setThreads(3);
            assertArrayEquals(one, new Generator(3).normal(DType.F64, 50_001).toDoubles());
        } finally {
            WorkerPool.setThreads(before);
        }
    }

    @Test
    void aSavedStateContinuesWithTheSameNumbers() {
        Generator g = new Generator(11).fork(4);
        g.uniform(DType.F32, 13);
        g.permutation(5);
        Generator.State saved = g.state();
        double[] next = g.normal(DType.F64, 9).toDoubles();
        assertArrayEquals(next, new Generator(saved).normal(DType.F64, 9).toDoubles());
        assertEquals(g.position() - saved.position(), 5);
    }

    @Test
    void successiveDrawsDoNotOverlap() {
        Generator g = new Generator(1);
        float[] both = new Generator(1).uniform(DType.F32, 16).toFloats();
        float[] first = g.uniform(DType.F32, 8).toFloats();
        float[] second = g.uniform(DType.F32, 8).toFloats();
        assertArrayEquals(Arrays.copyOf(both, 8), first);
        assertArrayEquals(Arrays.copyOfRange(both, 8, 16), second);
    }

    @Test
    void forksDependOnTheirNumberAloneAndSplitsOnThePosition() {
        Generator g = new Generator(5);
        float[] fork = g.fork(2).uniform(DType.F32, 8).toFloats();
        float[] split = g.split().uniform(DType.F32, 8).toFloats();
        assertArrayEquals(fork, g.fork(2).uniform(DType.F32, 8).toFloats());
        assertFalse(Arrays.equals(fork, g.fork(3).uniform(DType.F32, 8).toFloats()));
        assertFalse(Arrays.equals(fork, g.fork(2).fork(2).uniform(DType.F32, 8).toFloats()));
        assertFalse(Arrays.equals(g.fork(1).fork(2).uniform(DType.F32, 8).toFloats(), g.fork(2).fork(1).uniform(DType.F32, 8).toFloats()));
        assertFalse(Arrays.equals(split, g.split().uniform(DType.F32, 8).toFloats()));
        assertFalse(Arrays.equals(fork, split));
    }

    @Test
    void uniformAndNormalHaveTheirMoments() {
        int n = 200_000;
        double[] u = new Generator(2).uniform(DType.F32, Shape.of(n), -1, 3).toDoubles();
        double[] z = new Generator(2).normal(DType.F64, Shape.of(n), 2, 0.5).toDoubles();
        assertEquals(1, mean(u), 0.02);
        assertEquals(16.0 / 12, variance(u), 0.02);
        assertTrue(Arrays.stream(u).allMatch(x -> x >= -1 && x < 3));
        assertEquals(2, mean(z), 0.01);
        assertEquals(0.25, variance(z), 0.005);
        assertEquals(0.6827, Arrays.stream(z).filter(x -> Math.abs(x - 2) < 0.5).count() / (double) n, 0.005);
    }

    @Test
    void integersFillTheirRangeEvenly() {
        for (DType type : new DType[] {DType.I32, DType.I64, DType.U8}) {
            int[] counts = new int[10];
            for (long x : new Generator(9).integers(type, 5, 15, 100_000).toLongs()) counts[(int) x - 5]++;
            for (int count : counts) assertEquals(10_000, count, 450);
        }
    }

    @Test
    void bernoulliIsTrueAsOftenAsAsked() {
        Tensor t = new Generator(4).bernoulli(0.3, 100, 1000);
        assertEquals(DType.BOOL, t.dtype());
        assertEquals(0.3, mean(t.toDoubles()), 0.006);
        assertEquals(0, mean(new Generator(4).bernoulli(0, 1000).toDoubles()));
        assertEquals(1, mean(new Generator(4).bernoulli(1, 1000).toDoubles()));
    }

    @Test
    void aPermutationHoldsEveryNumberOnceAndAllOrdersAppear() {
        long[] p = new Generator(6).permutation(1000).toLongs();
        assertFalse(Arrays.equals(p, Tensors.arange(1000).toLongs()));
        Arrays.sort(p);
        assertArrayEquals(Tensors.arange(1000).toLongs(), p);
        Generator g = new Generator(6);
        int[] counts = new int[27];
        for (int i = 0; i < 6000; i++) {
            try (Scope inner = Scope.open()) {
                long[] order = g.permutation(3).toLongs();
                counts[(int) (order[0] * 9 + order[1] * 3 + order[2])]++;
            }
        }
        int seen = 0;
        for (int count : counts) {
            if (count == 0) continue;
            seen++;
            assertEquals(1000, count, 130);
        }
        assertEquals(6, seen);
        assertEquals(0, g.permutation(0).elements());
    }

    @Test
    void shuffleMovesWholeRows() {
        Tensor x = Tensors.arange(12).reshape(6, 2);
        long[] rows = new Generator(8).shuffle(x).toLongs();
        long[] order = new Generator(8).permutation(6).toLongs();
        for (int i = 0; i < 6; i++) {
            assertEquals(2 * order[i], rows[2 * i]);
            assertEquals(2 * order[i] + 1, rows[2 * i + 1]);
        }
    }

    @Test
    void impossibleRequestsAreNamed() {
        Generator g = new Generator(0);
        Expect.fails(IllegalArgumentException.class, () -> g.uniform(DType.I32, 3), "uniform", "i32");
        Expect.fails(IllegalArgumentException.class, () -> g.uniform(DType.F32, Shape.of(3), 2, 1), "low 2.0", "high 1.0");
        Expect.fails(IllegalArgumentException.class, () -> g.normal(DType.F32, Shape.of(3), 0, -1), "standard deviation -1.0");
        Expect.fails(IllegalArgumentException.class, () -> g.integers(DType.U8, 0, 300, 3), "[0, 300)", "[0, 256)");
        Expect.fails(IllegalArgumentException.class, () -> g.integers(DType.I32, 3, 3, 3), "not be empty");
        Expect.fails(IllegalArgumentException.class, () -> g.bernoulli(Double.NaN, 3), "NaN");
        Expect.fails(IllegalArgumentException.class, () -> g.permutation(-1), "-1");
        assertEquals(0, g.position());
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double variance(double[] values) {
        double mean = mean(values);
        return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
    }
}
