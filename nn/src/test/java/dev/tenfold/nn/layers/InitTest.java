package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InitTest {
    private static final long[] WEIGHT = {40, 20, 3, 5}; // fan-in 300, fan-out 600
    private final Generator generator = new Generator(1);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static void assertSpread(double sd, double largest, Tensor t) {
        double[] values = t.toDoubles();
        assertEquals(0, Arrays.stream(values).average().orElseThrow(), 5 * sd / Math.sqrt(values.length));
        assertEquals(sd, Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow()), 0.03 * sd);
        assertTrue(Arrays.stream(values).map(Math::abs).max().orElseThrow() <= largest);
    }

    @Test
    void fansCountTheFiltersPlaces() {
        assertEquals(300, Init.fanIn(Shape.of(WEIGHT)));
        assertEquals(600, Init.fanOut(Shape.of(WEIGHT)));
        assertEquals(7, Init.fanIn(Shape.of(5, 7)));
        assertEquals(5, Init.fanOut(Shape.of(5, 7)));
        assertEquals(9, Init.fanIn(Shape.of(9)));
    }

    @Test
    void spreadsAreThoseOfTheFormulas() {
        double inf = Double.POSITIVE_INFINITY;
        assertSpread(Math.sqrt(2 / 600.0), inf, Init.heNormal(generator, DType.F32, WEIGHT));
        assertSpread(Math.sqrt(2 / 300.0), inf, Init.heNormal(generator, DType.F32, Init.Fan.IN, Init.RELU_GAIN, WEIGHT));
        assertSpread(5 / 3.0 / Math.sqrt(600), 5 / Math.sqrt(1800), Init.heUniform(generator, DType.F64, Init.Fan.OUT, Init.TANH_GAIN, WEIGHT));
        assertSpread(Math.sqrt(2 / 900.0), Math.sqrt(6 / 900.0), Init.xavierUniform(generator, DType.F64, WEIGHT));
        assertSpread(Math.sqrt(2 / 900.0), inf, Init.xavierNormal(generator, DType.F32, WEIGHT));
        assertSpread(Math.sqrt(1 / 300.0), inf, Init.lecunNormal(generator, DType.F32, WEIGHT));
        assertEquals(Math.sqrt(2 / 1.25), Init.leakyReluGain(0.5), 1e-15);
    }

    @Test
    void truncatedNormalsHaveTheShapeOfTheirLaw() {
        // The standard deviation of a standard Normal cut at c is sqrt(1 - 2 c phi(c) / (2 Phi(c) - 1)).
        assertSpread(0.1 * 0.879626, 0.2, Init.truncatedNormal(generator, DType.F64, 0.1, 2, 200, 100));
        assertSpread(0.1 * 0.539560, 0.1, Init.truncatedNormal(generator, DType.F64, 0.1, 1, 200, 100));
        assertEquals(Shape.of(0, 3), Init.truncatedNormal(generator, DType.F32, 1, 2, 0, 3).shape());
        assertThrows(IllegalArgumentException.class, () -> Init.truncatedNormal(generator, DType.F32, 1, 0, 3));
    }

    @Test
    void orthogonalWeightsKeepLengths() {
        Tensor wide = Init.orthogonal(generator, DType.F64, 2, 6, 2, 2, 3);
        assertEquals(Shape.of(6, 2, 2, 3), wide.shape());
        Tensor rows = wide.reshape(6, 12);
        assertIdentity(4, 6, rows.matmul(rows.transpose()));
        Tensor tall = Init.orthogonal(generator, DType.F64, 1, 7, 3);
        assertIdentity(1, 3, tall.transpose().matmul(tall));
        assertEquals(DType.F32, Init.orthogonal(generator, DType.F32, 1, 3, 3).dtype());
        assertThrows(IllegalArgumentException.class, () -> Init.orthogonal(generator, DType.F32, 1, 3));
    }

    private static void assertIdentity(double scale, int n, Tensor t) {
        double[] expected = new double[n * n];
        for (int i = 0; i < n; i++) expected[i * n + i] = scale;
        assertArrayEquals(expected, t.toDoubles(), 1e-12);
    }
}
