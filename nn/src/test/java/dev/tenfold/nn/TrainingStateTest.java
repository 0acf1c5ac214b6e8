package dev.tenfold.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.data.Batch;
import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.data.Loader;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.ImageBatch;
import dev.tenfold.nn.data.image.ImageExamples;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.nn.optim.Schedule;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.io.FormatException;
import dev.tenfold.tensor.io.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStateTest {
    private static final int STEPS = 12;

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

    /** A training with everything that has a state: batch norm, momentum, a schedule, augmented data made ahead, noise. */
    private static final class Training implements AutoCloseable {
        private final ResNet net = new ResNet(new Generator(1), 3, 4, new int[] {1, 1}, 5);
        private final Optimiser optimiser;
        private final Loader<ImageBatch> loader;
        private final Schedule schedule = Schedule.cosine(0.1, 0);
        private Generator noise = new Generator(9);
        private final TrainingState state;

        Training(boolean adam) {
            optimiser = adam ? new Adam(net, 0.01) : new Sgd(net, 0.1, 0.9, 5e-4, true);
            byte[] pixels = new byte[37 * 3 * 8 * 8];
            new Random(2).nextBytes(pixels);
            int[] labels = new int[37];
            for (int i = 0; i < labels.length; i++) labels[i] = i % 5;
            ImageSet set = new ImageSet("random", pixels, 3, 8, 8, labels, 5, List.of());
            loader = new Loader<>(new ImageExamples(set, Normalisation.of(set), Augmentation.cropAndFlip(), new Generator(4)), new Batches(37, 8, false, new Generator(3)), 2);
            state = new TrainingState().module("net", net).optimiser("main", optimiser);
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                try (Scope inner = Scope.open()) {
                    optimiser.setLearningRate(schedule.rate((double) optimiser.steps() / STEPS));
                    ImageBatch batch = loader.next();
                    Autograd.backward(Losses.crossEntropy(net.forward(batch.images().add(noise.normal(DType.F32, batch.images().shape(), 0, 0.1))), batch.labels()));
                    optimiser.step();
                }
            }
        }

        void save(Path file) throws IOException {
            state.save(file, new TrainingState.Progress(loader.position(), Map.of("noise", noise.state()), Map.of("note", "half way")));
        }

        void restore(Path file) throws IOException {
            TrainingState.Progress progress = state.restore(file);
            assertEquals(Map.of("note", "half way"), progress.metadata());
            loader.seek(progress.position());
            noise = new Generator(progress.generators().get("noise"));
        }

        /** All that the training is, as numbers. */
        Map<String, double[]> bits() {
            Map<String, double[]> bits = new TreeMap<>();
            net.state().forEach((name, t) -> bits.put(name, t.toDoubles()));
            optimiser.state().forEach((name, t) -> bits.put(name, t.toDoubles()));
            bits.put("steps, rate", new double[] {optimiser.steps(), optimiser.learningRate()});
            return bits;
        }

        @Override
        public void close() {
            loader.close();
            optimiser.close();
            net.close();
        }
    }

    private static void assertSameBits(Map<String, double[]> expected, Map<String, double[]> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, values) -> assertArrayEquals(values, actual.get(name), name));
    }

    @Test
    void aTrainingThatWasInterruptedEndsWithTheSameBits() throws IOException {
        Path file = folder.resolve("state");
        for (boolean adam : new boolean[] {false, true}) {
            Map<String, double[]> expected;
            try (Training whole = new Training(adam)) {
                whole.run(STEPS);
                expected = whole.bits();
            }
            for (int stop : new int[] {0, 5, 7}) { // before the first step, at the end of an epoch, within one
                try (Training first = new Training(adam)) {
                    first.run(stop);
                    first.save(file);
                    first.run(1); // which is lost
                }
                try (Training second = new Training(adam)) {
                    second.run(stop == 5 ? 2 : 0); // something else first, which is forgotten
                    second.restore(file);
                    second.run(STEPS - stop);
                    assertSameBits(expected, second.bits());
                }
            }
        }
    }

    private void refuses(Training training, Path file, String... words) {
        Map<String, double[]> before = training.bits();
        String message = assertThrows(IllegalArgumentException.class, () -> training.state.restore(file)).getMessage();
        for (String word : words) assertTrue(message.contains(word), () -> "\"" + message + "\" does not say \"" + word + "\"");
        assertSameBits(before, training.bits());
    }

    private static final TrainingState.Progress START = new TrainingState.Progress(Batch.Position.START, Map.of(), Map.of());

    @Test
    void aStateOfAnotherTrainingIsRefusedAndNothingChanges() throws IOException {
        Path file = folder.resolve("state");
        try (Training training = new Training(false)) {
            training.run(2);
            Mlp mlp = new Mlp(new Generator(1), 2, 3);
            ResNet wider = new ResNet(new Generator(1), 3, 6, new int[] {1, 1}, 5);
            new TrainingState().module("net", mlp).optimiser("main", new Sgd(mlp, 0.1, 0.9, 5e-4, true)).save(file, START);
            refuses(training, file, "state of another training", "missing", "conv1.weight", "unexpected", "fc1.weight");
            new TrainingState().module("net", wider).optimiser("main", new Sgd(wider, 0.1, 0.9, 5e-4, true)).save(file, START);
            refuses(training, file, "conv1.weight", "[4, 3, 3, 3]", "[6, 3, 3, 3]");
            new TrainingState().module("net", training.net).optimiser("main", new Adam(training.net, 0.1)).save(file, START);
            refuses(training, file, "\"main\" is Adam(betas 0.9, 0.999", "here it is Sgd(momentum 0.9, weight decay 5.0E-4, Nesterov)");
            new TrainingState().module("net", training.net).save(file, START);
            refuses(training, file, "it has the optimisers [], here are [main]");
            new TrainingState().module("other", training.net).optimiser("main", training.optimiser).save(file, START);
            refuses(training, file, "it has the modules [other], here are [net]");
        }
    }

    @Test
    void alteredFilesAreRefusedAndNothingChanges() throws IOException {
        Path file = folder.resolve("state");
        Mlp net = new Mlp(new Generator(1), 2, 2);
        Sgd sgd = new Sgd(net, 0.1, 0.9, 0);
        TrainingState state = new TrainingState().module("net", net).optimiser("sgd", sgd);
        state.save(file, new TrainingState.Progress(new Batch.Position(3, 4), Map.of("g", new Generator(5).state()), Map.of("k", "v")));
        byte[] good = Files.readAllBytes(file);
        double[] before = net.state().get("fc1.weight").toDoubles();
        int same = 0;
        for (int at = 0; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit += 3) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << bit);
                Files.write(file, bad);
                try {
                    TrainingState.Progress progress = state.restore(file);
                    assertEquals(new Batch.Position(3, 4), progress.position());
                    same++; // a space of the padding became another
                } catch (FormatException expected) {
                    assertTrue(expected.getMessage().contains("byte"), expected.getMessage());
                }
                assertArrayEquals(before, net.state().get("fc1.weight").toDoubles());
            }
        }
        assertTrue(same <= 16, same + " changes were not noticed");
    }

    @Test
    void otherFilesAreNoTrainingState() throws IOException {
        Path file = folder.resolve("weights");
        SafeTensors.write(file, Map.of("w", Tensors.arange(3)), Map.of());
        String message = assertThrows(FormatException.class, () -> new TrainingState().restore(file)).getMessage();
        assertTrue(message.contains("no training state of Tenfold"), message);
    }

    @Test
    void optimisersTakeOnlyStateOfTheirOwnParameters() {
        Mlp net = new Mlp(new Generator(1), 2, 2);
        Sgd sgd = new Sgd(net, 0.1, 0.9, 0);
        sgd.load(Map.of("fc1.bias.velocity", Tensors.of(new float[] {1, 2})));
        for (Map<String, Tensor> wrong : List.of(Map.of("fc1.bias.m", Tensors.of(new float[] {1, 2})),
                Map.of("fc9.bias.velocity", Tensors.of(new float[] {1, 2})), Map.of("fc1.bias.velocity", Tensors.of(new float[] {1, 2, 3})))) {
            assertThrows(IllegalArgumentException.class, () -> sgd.load(wrong));
        }
        assertArrayEquals(new double[] {1, 2}, sgd.state().get("fc1.bias.velocity").toDoubles());
    }
}
