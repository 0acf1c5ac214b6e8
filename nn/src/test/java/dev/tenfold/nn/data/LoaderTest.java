package dev.tenfold.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.ImageBatch;
import dev.tenfold.nn.data.image.ImageExamples;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.nn.data.image.Picture;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoaderTest {
    /** N images [3, 5, 4] whose first pixel is their row. */
    private static ImageSet set(int n) {
        byte[] pixels = new byte[n * 60];
        new Random(1).nextBytes(pixels);
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 7;
            pixels[i * 60] = (byte) i;
        }
        return new ImageSet("random", pixels, 3, 5, 4, labels, 7, List.of());
    }

    private static Loader<ImageBatch> loader(ImageSet set, Augmentation augmentation, int depth) {
        return new Loader<>(examples(set, augmentation), order(set), depth);
    }

    private static ImageExamples examples(ImageSet set, Augmentation augmentation) {
        return new ImageExamples(set, Normalisation.of(set), augmentation, new Generator(4));
    }

    private static Batches order(ImageSet set) {
        return new Batches(set.size(), 8, true, new Generator(3));
    }

    private static List<float[]> take(Loader<ImageBatch> loader, int batches) {
        List<float[]> taken = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            try (Scope scope = Scope.open()) {
                taken.add(loader.next().images().toFloats());
            }
        }
        return taken;
    }

    private static void assertSameBits(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) assertArrayEquals(expected.get(i), actual.get(i), "batch " + i);
    }

    @Test
    void batchesDoNotDependOnTheDepthOfTheQueueOrTheNumberOfThreads() {
        ImageSet set = set(30);
        List<float[]> expected;
        try (Loader<ImageBatch> plain = loader(set, Augmentation.cropAndFlip(), 0)) {
            expected = take(plain, 10);
        }
        for (int depth : new int[] {1, 2, 7}) {
            for (int workers = 1; workers <= 3; workers++) {
                try (Loader<ImageBatch> ahead = new Loader<>(examples(set, Augmentation.cropAndFlip()), order(set), depth, workers)) {
                    assertSameBits(expected, take(ahead, 10));
                }
            }
        }
        assertTrue(!Arrays.equals(expected.get(0), expected.get(3)), "the second epoch differs");
    }

    @Test
    void aLoaderGoesOnFromAnyPosition() {
        ImageSet set = set(30);
        try (Loader<ImageBatch> whole = loader(set, Augmentation.cropAndFlip(), 2); Loader<ImageBatch> part = loader(set, Augmentation.cropAndFlip(), 2)) {
            take(whole, 5);
            assertEquals(new Batch.Position(1, 2), whole.position());
            List<float[]> rest = take(whole, 4);
            take(part, 1);
            part.seek(new Batch.Position(1, 2));
            assertSameBits(rest, take(part, 4));
            assertThrows(IllegalArgumentException.class, () -> part.seek(new Batch.Position(1, 3)));
        }
    }

    @Test
    void anEpochHasEveryImageOnceWithItsOwnPixelsAndLabel() {
        ImageSet set = set(30);
        TreeSet<Integer> rows = new TreeSet<>();
        try (Scope scope = Scope.open(); Loader<ImageBatch> loader = Loader.inOrder(new ImageExamples(set, Normalisation.unit(3)), 8)) {
            for (int b = 0; b < loader.batchesPerEpoch(); b++) {
                ImageBatch batch = loader.next();
                assertEquals(Shape.of(b == 3 ? 6 : 8, 3, 5, 4), batch.images().shape());
                for (int i = 0; i < batch.size(); i++) {
                    int row = batch.rows()[i];
                    rows.add(row);
                    assertEquals(row % 7, batch.labels().getLong(i));
                    assertEquals(row / 255f, (float) batch.images().get(i, 0, 0, 0));
                    assertEquals((float) (set.pixel(row, 2, 4, 1) / 255.0), (float) batch.images().get(i, 2, 4, 1));
                }
            }
        }
        assertEquals(30, rows.size());
    }

    @Test
    void pixelsAreNormalisedByTheChannelsMeanAndDeviation() {
        ImageSet set = set(64);
        try (Scope scope = Scope.open(); Loader<ImageBatch> loader = Loader.inOrder(new ImageExamples(set, Normalisation.of(set)), 64)) {
            ImageBatch all = loader.next();
            for (double mean : all.images().to(DType.F64).mean(0, 2, 3).toDoubles()) assertEquals(0, mean, 1e-6);
            for (double variance : all.images().to(DType.F64).varianceKeep(0, 0, 2, 3).toDoubles()) assertEquals(1, variance, 1e-5);
        }
        ImageSet constant = new ImageSet("grey", new byte[] {7, 7}, 1, 1, 1, new int[] {0, 0}, 1, List.of());
        assertArrayEquals(new double[] {1}, Normalisation.of(constant).sd());
    }

    @Test
    void augmentationsMoveAndMirrorPixels() {
        byte[] original = new byte[24];
        for (int i = 0; i < original.length; i++) original[i] = (byte) (i + 1);
        TreeSet<String> seen = new TreeSet<>();
        for (int row = 0; row < 400; row++) {
            Picture picture = new Picture(2, 3, 4);
            System.arraycopy(original, 0, picture.pixels(), 0, 24);
            Augmentation.randomCrop(1).then(Augmentation.horizontalFlip()).apply(picture, new Draws(new Generator(5).fork(row)));
            seen.add(Arrays.toString(picture.pixels()));
        }
        assertEquals(18, seen.size(), "9 windows, mirrored or not");
        assertTrue(seen.contains(Arrays.toString(original)));
        // one down, one left: row y, column x shows y + 1, x - 1
        assertTrue(seen.contains(Arrays.toString(new byte[] {0, 5, 6, 7, 0, 9, 10, 11, 0, 0, 0, 0, 0, 17, 18, 19, 0, 21, 22, 23, 0, 0, 0, 0})));
        // mirrored only
        assertTrue(seen.contains(Arrays.toString(new byte[] {4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9, 16, 15, 14, 13, 20, 19, 18, 17, 24, 23, 22, 21})));
    }

    @Test
    void aCropWiderThanTheImageIsBlackOrAPart() {
        for (int row = 0; row < 100; row++) {
            Picture picture = new Picture(1, 2, 2);
            Arrays.fill(picture.pixels(), (byte) 9);
            Augmentation.randomCrop(6).apply(picture, new Draws(new Generator(5).fork(row)));
            for (byte pixel : picture.pixels()) assertTrue(pixel == 0 || pixel == 9);
        }
    }

    @Test
    void anErrorInTheBackgroundReachesTheCallerEveryTime() {
        RuntimeException broken = new UnsupportedOperationException("no such picture");
        try (Loader<ImageBatch> loader = loader(set(30), (picture, draws) -> { throw broken; }, 2)) {
            for (int i = 0; i < 2; i++) {
                IllegalStateException error = assertThrows(IllegalStateException.class, loader::next);
                assertSame(broken, error.getCause());
                assertTrue(error.getMessage().contains("no such picture"), error.getMessage());
            }
        }
    }

    @Test
    void closingEndsTheThreadAndFreesWhatWasMadeAhead() throws InterruptedException {
        long before = HostAllocator.get().stats().liveBlocks();
        Loader<ImageBatch> loader = loader(set(30), Augmentation.none(), 3);
        try (Scope scope = Scope.open()) {
            loader.next();
            Thread.sleep(50); // so that the queue fills
        }
        loader.close();
        assertTrue(HostAllocator.get().stats().liveBlocks() <= before); // fewer when the collector frees what other tests left
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().equals("tenfold-loader")));
        assertThrows(IllegalStateException.class, loader::next);
        loader.close();
    }

    @Test
    void anInterruptedCallerIsToldAndStaysInterrupted() {
        try (Loader<ImageBatch> loader = loader(set(30), Augmentation.none(), 1)) {
            Thread.currentThread().interrupt();
            assertThrows(IllegalStateException.class, loader::next);
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void splitsKeepTheClassesSharesAndDependOnTheSeedAlone() {
        ImageSet set = set(140);
        ImageSet.Split split = set.split(0.25, 6);
        assertEquals("random: 105 training and 35 test images [3, 5, 4], 7 classes", split.describe());
        assertArrayEquals(new int[] {5, 5, 5, 5, 5, 5, 5}, split.test().classCounts());
        TreeSet<Integer> rows = new TreeSet<>();
        for (ImageSet part : List.of(split.train(), split.test())) {
            for (int i = 0; i < part.size(); i++) rows.add(part.pixel(i, 0, 0, 0));
        }
        assertEquals(140, rows.size(), "nothing is lost or doubled");
        assertArrayEquals(split.test().labels(), set.split(0.25, 6).test().labels());
        assertEquals(split.test().pixel(0, 0, 0, 0), set.split(0.25, 6).test().pixel(0, 0, 0, 0));
        assertNotEquals(firstPixels(split.test()), firstPixels(set.split(0.25, 7).test()));
        assertThrows(IllegalArgumentException.class, () -> set.split(0.001, 6));
    }

    private static List<Integer> firstPixels(ImageSet set) {
        List<Integer> pixels = new ArrayList<>();
        for (int i = 0; i < set.size(); i++) pixels.add(set.pixel(i, 0, 0, 0));
        return pixels;
    }

    @Test
    void anImageThatComesTwiceIsChangedInTwoWays() {
        ImageSet set = set(30);
        int[] same = new int[8];
        try (Loader<ImageBatch> loader = new Loader<>(examples(set, Augmentation.cropAndFlip()), new Batches(Order.ascending(8).of(same, 30), 8, true), 0)) {
            float[] pixels = take(loader, 1).getFirst();
            TreeSet<String> seen = new TreeSet<>();
            for (int i = 0; i < 8; i++) seen.add(Arrays.toString(Arrays.copyOfRange(pixels, i * 60, (i + 1) * 60)));
            assertTrue(seen.size() > 4, () -> seen.size() + " of 8 differ");
        }
    }

    @Test
    void arraysOfAnyKindAreLoadedByRows() {
        try (Scope scope = Scope.open()) {
            Tensor states = Tensors.arange(12).reshape(4, 3).transpose(0, 1); // [3, 4], not dense
            Tensor rewards = Tensors.of(new float[] {5, 6, 7});
            ArrayExamples examples = new ArrayExamples(states, rewards);
            try (Loader<ArrayBatch> loader = new Loader<>(examples, new Batches(Order.ascending(2).of(new int[] {2, 0}, 3), 2, true), 1)) {
                ArrayBatch batch = loader.next();
                assertArrayEquals(new long[] {2, 5, 8, 11, 0, 3, 6, 9}, batch.arrays().get(0).toLongs());
                assertArrayEquals(new float[] {7, 5}, batch.arrays().get(1).toFloats());
                assertArrayEquals(new int[] {2, 0}, batch.rows());
            }
            String message = assertThrows(IllegalArgumentException.class, () -> new ArrayExamples(states, Tensors.of(new float[2]))).getMessage();
            assertTrue(message.contains("[3, 4]") && message.contains("[2]"), message);
            assertThrows(IllegalArgumentException.class, () -> new ArrayExamples(Tensors.scalar(DType.F32, 1)));
            assertThrows(IllegalArgumentException.class, () -> new Loader<>(examples, Batches.inOrder(4, 2), 1));
        }
    }

    @Test
    void setsMustFitTogether() {
        assertThrows(IllegalArgumentException.class, () -> new ImageSet("s", new byte[5], 1, 2, 2, new int[] {0}, 1, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new ImageSet("s", new byte[4], 1, 2, 2, new int[] {1}, 1, List.of()));
        assertThrows(IllegalArgumentException.class, () -> new ImageSet("s", new byte[4], 1, 2, 2, new int[] {0}, 2, List.of("one")));
        assertEquals(3, set(5).first(3).size());
        assertEquals(4, set(5).subset("part", new int[] {4, 4}).pixel(1, 0, 0, 0));
    }
}
