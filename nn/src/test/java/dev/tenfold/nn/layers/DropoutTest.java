package dev.tenfold.nn.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.autograd.GradientCheck;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.TrainingState;
import dev.tenfold.nn.data.Batch;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DropoutTest {
    @TempDir
    Path folder;
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
    void elementsAreZeroOrScaledUpAsOftenAsTheRateSays() {
        int n = 100_000;
        double[] y = new Dropout(new Generator(1), 0.3).forward(Tensors.ones(DType.F64, n)).toDoubles();
        long kept = Arrays.stream(y).filter(v -> v != 0).count();
        assertTrue(Arrays.stream(y).allMatch(v -> v == 0 || v == 1 / 0.7));
        double sd = Math.sqrt(n * 0.3 * 0.7);
        assertEquals(0.7 * n, kept, 4 * sd);
        double both = 0;
        for (int i = 1; i < n; i++) if (y[i] != 0 && y[i - 1] != 0) both++;
        assertEquals(0.49 * n, both, 6 * sd, "neighbours are independent");
    }

    @Test
    void masksChangeFromCallToCallAndFromLayerToLayer() {
        Generator parent = new Generator(1);
        Dropout first = new Dropout(parent, 0.5);
        Dropout second = new Dropout(parent, 0.5);
        Tensor x = Tensors.ones(DType.F32, 64);
        List<float[]> masks = List.of(first.forward(x).toFloats(), first.forward(x).toFloats(), second.forward(x).toFloats());
        assertTrue(!Arrays.equals(masks.get(0), masks.get(1)) && !Arrays.equals(masks.get(0), masks.get(2)) && !Arrays.equals(masks.get(1), masks.get(2)));
    }

    @Test
    void evaluationAndRateZeroAreTheIdentityAndDrawNothing() {
        Tensor x = Tensors.ones(DType.F32, 4, 5);
        for (Module layer : List.of(new Dropout(new Generator(1), 0.5), new DropPath(new Generator(1), 0.5))) {
            assertSame(x, layer.eval().forward(x));
            assertEquals(0, layer.namedGenerators().get("masks").position());
            layer.train(true).forward(x);
            assertNotEquals(0, layer.namedGenerators().get("masks").position());
        }
        for (Module layer : List.of(new Dropout(new Generator(1), 0), new DropPath(new Generator(1), 0))) {
            assertSame(x, layer.forward(x));
            assertEquals(0, layer.namedGenerators().get("masks").position());
        }
    }

    @Test
    void dropPathDropsWholeSamples() {
        double[] y = new DropPath(new Generator(1), 0.25).forward(Tensors.ones(DType.F64, 2000, 3, 2)).toDoubles();
        int kept = 0;
        for (int i = 0; i < 2000; i++) {
            double first = y[6 * i];
            for (int k = 0; k < 6; k++) assertEquals(first, y[6 * i + k]);
            assertTrue(first == 0 || first == 1 / 0.75);
            if (first != 0) kept++;
        }
        assertEquals(1500, kept, 4 * Math.sqrt(2000 * 0.25 * 0.75));
    }

    @Test
    void aDroppedInfinityIsZero() {
        double[] y = new Dropout(new Generator(2), 0.5).forward(Tensors.of(new double[] {1 / 0.0, 1 / 0.0, 1 / 0.0, 1 / 0.0, 1 / 0.0, 1 / 0.0})).toDoubles();
        assertTrue(Arrays.stream(y).anyMatch(v -> v == 0) && Arrays.stream(y).anyMatch(Double::isInfinite) && Arrays.stream(y).noneMatch(Double::isNaN));
    }

    @Test
    void gradientsPassWhereTheValuesDo() {
        Tensor x = new Generator(3).normal(DType.F64, 4, 3, 2);
        for (Module layer : List.of(new Dropout(new Generator(1), 0.4), new DropPath(new Generator(1), 0.4))) {
            Generator masks = layer.namedGenerators().get("masks");
            Generator.State start = masks.state();
            GradientCheck.check(in -> {
                masks.restore(start);
                return layer.forward(in.getFirst());
            }, List.of(x), 2, 1e-6);
        }
    }

    @Test
    void halfPrecisionStaysHalfPrecision() {
        assertEquals(DType.BF16, new Dropout(new Generator(1), 0.5).forward(Tensors.ones(DType.BF16, 4)).dtype());
    }

    /** A training with dropout. */
    private static final class Training {
        private final Generator generator = new Generator(1);
        private final Module net = new Sequential(new Linear(generator, 5, 8), new Dropout(generator, 0.5), Function.relu(),
                new DropPath(generator, 0.2), new Linear(generator, 8, 1));
        private final Sgd sgd = new Sgd(net, 0.1, 0.9, 0);
        private final TrainingState state = new TrainingState().module("net", net).optimiser("sgd", sgd);

        Training run(int steps) {
            Tensor x = new Generator(7).normal(DType.F32, 6, 5);
            for (int i = 0; i < steps; i++) {
                Autograd.backward(net.forward(x).square().mean());
                sgd.step();
            }
            return this;
        }

        float[] bits() {
            return net.namedParameters().get("0.weight").value().toFloats();
        }
    }

    @Test
    void aResumedTrainingDrawsTheSameMasks() throws IOException {
        Path file = folder.resolve("state");
        TrainingState.Progress progress = new TrainingState.Progress(Batch.Position.START, Map.of(), Map.of());
        Training first = new Training().run(3);
        first.state.save(file, progress);
        float[] expected = first.run(4).bits();
        Training second = new Training().run(1);
        second.state.restore(file);
        assertArrayEquals(expected, second.run(4).bits());
        Module other = new Sequential(new Linear(new Generator(1), 5, 8), new Linear(new Generator(1), 8, 1));
        new TrainingState().module("net", other).optimiser("sgd", new Sgd(other, 0.1, 0.9, 0)).save(file, progress);
        String message = assertThrows(IllegalArgumentException.class, () -> second.state.restore(file)).getMessage();
        assertTrue(message.contains("it has the random generators in module \"net\" [], here are [1.masks, 3.masks]"), message);
    }

    @Test
    void ratesAreProbabilitiesBelowOne() {
        for (double rate : new double[] {-0.1, 1, Double.NaN}) {
            String message = assertThrows(IllegalArgumentException.class, () -> new Dropout(new Generator(1), rate)).getMessage();
            assertTrue(message.contains("Dropout: the rate " + rate + " is not in [0, 1)"), message);
            assertThrows(IllegalArgumentException.class, () -> new DropPath(new Generator(1), rate));
        }
    }
}
