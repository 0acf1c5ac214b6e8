package dev.tenfold.methods.squareloss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.methods.RecordedRun;
import dev.tenfold.methods.Run;
import dev.tenfold.methods.data.ProceduralImages;
import dev.tenfold.methods.squareloss.PictureStudy.Architecture;
import dev.tenfold.methods.squareloss.PictureStudy.Limits;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureStudiesTest {
    private static final Pictures.Made TINY = new Pictures.Made(1, 8, 0.03, 200, 60);

    private static List<Study> tiny(Run run) {
        Pictures pictures = Pictures.of(run, TINY);
        Architecture net = new Architecture("tiny", (g, channels, outputs) -> new ResNet(g, channels, 4, new int[] {1, 1}, outputs));
        return List.of(new SpiralStudy(1, 1, 100, 10), new CircleStudy(1, new int[] {50, 100}), new WideNetStudy(new int[] {32, 64}, 50), new GaussianStudy(1, 200, 100, 50, 2),
                new RegressionStudy(pictures, 150, 50, 2), new PictureStudy(pictures, net, new PictureTraining(2, 16, 0.05, 5e-4), 1, new Limits(150, 60, 20, 5, 8, 6)),
                new ConvKernelStudy(pictures, 20, 10, 3, 4));
    }

    @Test
    void aWholeRunHasTheSameBitsOnAnyNumberOfThreadsAndLeavesNothingBehind(@TempDir Path folder) throws Exception {
        int before = WorkerPool.threads();
        List<Map<String, Double>> metrics = new ArrayList<>();
        try {
            for (int threads = 1; threads <= 2; threads++) {
                WorkerPool.setThreads(threads);
                Blocks blocks = Blocks.count();
                RecordedRun run = new RecordedRun(folder, 7, null);
                for (Study study : tiny(run)) {
                    study.run(run);
                    blocks.requireNoMore(study.getClass().getSimpleName());
                }
                metrics.add(run.metrics);
                assertEquals(run.claims.size(), run.claims.stream().map(c -> c.id()).distinct().count());
                assertEquals(21, run.claims.size());
            }
        } finally {
            WorkerPool.setThreads(before);
        }
        assertEquals(metrics.get(0), metrics.get(1));
        for (String worst : List.of("pictures.sl.worst_2", "pictures.ce.worst_8")) assertTrue(metrics.get(0).containsKey(worst));
    }

    @Test
    void aStoppedTrainingGoesOnWithTheSameBitsAndLeavesNoCheckpoints(@TempDir Path whole, @TempDir Path pieces) throws Exception {
        Architecture net = new Architecture("tiny", (g, channels, outputs) -> new ResNet(g, channels, 4, new int[] {1}, outputs));
        RecordedRun uninterrupted = new RecordedRun(whole, 7, null);
        PictureStudy study = new PictureStudy(Pictures.of(uninterrupted, TINY), net, new PictureTraining(3, 32, 0.05, 5e-4), 1, new Limits(100, 60, 10, 2, 5, 0));
        study.run(uninterrupted);
        // Stops in the first training, in the attacks, then in the second training.
        for (int steps : new int[] {1, 8, 29}) {
            RecordedRun stopped = new RecordedRun(pieces, 7, null);
            stopped.stepsLeft = steps;
            assertThrows(Run.Stopped.class, () -> study.run(stopped));
            assertTrue(Files.isDirectory(pieces.resolve("checkpoints")));
        }
        RecordedRun last = new RecordedRun(pieces, 7, null);
        study.run(last);
        assertEquals(uninterrupted.metrics, last.metrics);
        assertTrue(Files.notExists(pieces.resolve("checkpoints")) && Files.notExists(whole.resolve("checkpoints")));
    }

    @Test
    void anotherSeedGivesOtherNumbers(@TempDir Path folder) {
        List<Double> errors = new ArrayList<>();
        for (long seed = 1; seed <= 2; seed++) {
            RecordedRun run = new RecordedRun(folder, seed, null);
            new CircleStudy(1, new int[] {50, 100}).run(run);
            errors.add(run.metrics.get("circle.sup_100"));
        }
        assertTrue(!errors.get(0).equals(errors.get(1)), errors::toString);
    }

    @Test
    void theKernelChoiceNeverSeesTheTestImages(@TempDir Path folder) {
        // Other test images, the same choice.
        List<Double> chosen = new ArrayList<>();
        RecordedRun first = new RecordedRun(folder, 3, null);
        Pictures pictures = Pictures.of(first, TINY);
        for (int[] rows : new int[][] {{0, 1, 2, 3, 4}, {30, 31, 32}}) {
            RecordedRun run = new RecordedRun(folder, 3, null);
            Pictures other = new Pictures(pictures.train(), pictures.test().subset("other", rows), pictures.augmentation(), "other");
            new RegressionStudy(other, 150, 50, 2).run(run);
            chosen.add(run.metrics.get("regression.validation_accuracy") + 10 * run.metrics.get("regression.depth") + 100 * run.metrics.get("regression.ridge"));
        }
        assertEquals(chosen.get(0), chosen.get(1));
    }

    @Test
    void shapesDependOnSeedAndNumberAndAreBalanced() {
        ProceduralImages images = new ProceduralImages(3, 16, 0.05);
        ImageSet a = images.split(new Generator(5), 40, 20).train();
        ImageSet b = images.split(new Generator(5), 90, 20).train();
        ImageSet c = images.split(new Generator(6), 40, 20).train();
        byte[] x = new byte[a.imageBytes()];
        byte[] y = new byte[a.imageBytes()];
        byte[] z = new byte[a.imageBytes()];
        for (int i = 0; i < 40; i++) {
            a.copyImage(i, x, 0);
            b.copyImage(i, y, 0);
            c.copyImage(i, z, 0);
            assertArrayEquals(x, y);
            assertTrue(!Arrays.equals(x, z));
        }
        for (int count : a.classCounts()) assertEquals(4, count);
        assertThrows(IllegalArgumentException.class, () -> new ProceduralImages(2, 16, 0));
        assertThrows(IllegalArgumentException.class, () -> new ProceduralImages(1, 7, 0));
        assertThrows(IllegalArgumentException.class, () -> new ProceduralImages(1, 16, -1));
    }

    @Test
    void imagesAreShrunkByAveraging() {
        byte[] pixels = new byte[2 * 16];
        for (int i = 0; i < 16; i++) pixels[i] = (byte) (i * 10);
        for (int i = 16; i < 32; i++) pixels[i] = (byte) 255;
        ImageSet set = new ImageSet("two", pixels, 1, 4, 4, new int[] {0, 1}, 2, List.of());
        try (Scope scope = Scope.open()) {
            double[] small = ConvKernelStudy.pixels(set, 2).toDoubles();
            assertArrayEquals(new double[] {25 / 255.0, 45 / 255.0, 105 / 255.0, 125 / 255.0, 1, 1, 1, 1}, small, 1e-12);
        }
    }
}
