package dev.tenfold.nn.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Buffer;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.TrainingState;
import dev.tenfold.nn.data.Batch;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightAverageTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** One weight and one count. */
    private static final class Scale extends Module {
        private final Tensor weight = parameter("weight", Tensors.scalar(DType.F64, 1)).value();
        private final Buffer seen = buffer("seen", Tensors.scalar(DType.I64, 0));

        @Override
        public Tensor forward(Tensor x) {
            return x.mul(weight);
        }

        void set(double value, long count) {
            try (NoGrad region = NoGrad.open()) {
                weight.copyFrom(Tensors.scalar(DType.F64, value));
                seen.value().copyFrom(Tensors.scalar(DType.I64, count));
            }
        }
    }

    @Test
    void weightsAreAveragedAndBuffersCopied() {
        Scale scale = new Scale();
        WeightAverage average = new WeightAverage(scale, 0.9);
        double expected = 1;
        for (int n = 1; n <= 5; n++) {
            scale.set(n * n, n);
            average.update();
            expected = 0.9 * expected + 0.1 * n * n;
        }
        assertEquals(expected, average.state().get("average.weight").item(), 1e-12);
        assertEquals(5, average.state().get("average.seen").item());
        assertEquals(5, average.updates());
        average.close();
    }

    @Test
    void withWarmUpEarlyWeightsAreSoonForgotten() {
        Scale scale = new Scale();
        WeightAverage average = new WeightAverage(scale, 0.3, true);
        double expected = 1;
        for (int n = 0; n < 6; n++) {
            scale.set(10 + n, 0);
            average.update();
            double d = Math.min(0.3, (1.0 + n) / (10 + n));
            expected = d * expected + (1 - d) * (10 + n);
        }
        assertEquals(expected, average.state().get("average.weight").item(), 1e-12);
        average.close();
    }

    @Test
    void theModuleComputesWithTheAveragesWhileTheyAreInUse() {
        Scale scale = new Scale();
        WeightAverage average = new WeightAverage(scale, 0.5);
        scale.set(3, 7);
        average.update();
        scale.set(5, 8);
        Tensor one = Tensors.scalar(DType.F64, 1);
        try (WeightAverage.Use averaged = average.use()) {
            assertEquals(2, scale.forward(one).item());
            assertEquals(7, scale.seen.value().item());
            assertThrows(IllegalStateException.class, average::update);
            assertThrows(IllegalStateException.class, average::use);
            assertThrows(IllegalStateException.class, average::state);
        }
        assertEquals(5, scale.forward(one).item());
        assertEquals(8, scale.seen.value().item());
        assertEquals(2, average.state().get("average.weight").item());
        average.close();
    }

    @Test
    void targetNetworksFollowTheirSource() {
        Mlp source = new Mlp(new Generator(1), 2, 3, 1);
        Mlp target = new Mlp(new Generator(2), 2, 3, 1);
        float[] before = target.state().get("fc1.weight").toFloats();
        float[] towards = source.state().get("fc1.weight").toFloats();
        WeightAverage.blend(target, source, 0.995);
        float[] after = target.state().get("fc1.weight").toFloats();
        for (int i = 0; i < before.length; i++) assertEquals(0.995 * before[i] + 0.005 * towards[i], after[i], 1e-7);
        assertThrows(IllegalArgumentException.class, () -> WeightAverage.blend(target, new Mlp(new Generator(1), 2, 4, 1), 0.9));
    }

    @Test
    void trainingStatesCarryIt(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("state");
        Scale scale = new Scale();
        WeightAverage average = new WeightAverage(scale, 0.5, true);
        scale.set(3, 7);
        average.update();
        new TrainingState().module("net", scale).part("average", average).save(file, new TrainingState.Progress(Batch.Position.START, Map.of(), Map.of()));
        Scale other = new Scale();
        WeightAverage fresh = new WeightAverage(other, 0.5, true);
        new TrainingState().module("net", other).part("average", fresh).restore(file);
        assertEquals(1, fresh.updates());
        assertArrayEquals(average.state().get("average.weight").toDoubles(), fresh.state().get("average.weight").toDoubles());
        WeightAverage slower = new WeightAverage(other, 0.9, true);
        String message = assertThrows(IllegalArgumentException.class,
                () -> new TrainingState().module("net", other).part("average", slower).restore(file)).getMessage();
        assertTrue(message.contains("WeightAverage(decay 0.5, warm-up), here it is WeightAverage(decay 0.9, warm-up)"), message);
        String missing = assertThrows(IllegalArgumentException.class, () -> new TrainingState().module("net", other).restore(file)).getMessage();
        assertTrue(missing.contains("parts [average], here are []"), missing);
        average.close();
        fresh.close();
        slower.close();
    }
}
