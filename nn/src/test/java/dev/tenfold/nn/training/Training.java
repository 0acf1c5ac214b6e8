package dev.tenfold.nn.training;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.TrainingState;
import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.data.Loader;
import dev.tenfold.nn.data.image.Augmentation;
import dev.tenfold.nn.data.image.ImageBatch;
import dev.tenfold.nn.data.image.ImageExamples;
import dev.tenfold.nn.data.image.ImageSet;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.nn.layers.Dropout;
import dev.tenfold.nn.layers.Function;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Mlp;
import dev.tenfold.nn.layers.MultiHeadAttention;
import dev.tenfold.nn.layers.Residual;
import dev.tenfold.nn.layers.Sequential;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.Optimiser;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/** A small training with all that real ones have: augmented images made ahead by another thread, a network, a loss, an optimiser. */
final class Training implements AutoCloseable {
    /** The networks that are trained. */
    enum Kind { MLP, RESNET, TRANSFORMER }

    private static final int IMAGES = 45;
    private static final int BATCH = 8;
    private static final int EDGE = 16;
    private static final int CLASSES = 5;

    final Module net;
    final Optimiser optimiser;
    final Loader<ImageBatch> loader;
    private final TrainingState state;

    Training(Kind kind) {
        Generator generator = new Generator(1);
        net = switch (kind) {
            case MLP -> new Mlp(generator, 3 * EDGE * EDGE, 256, 256, CLASSES);
            case RESNET -> new ResNet(generator, 3, 8, new int[] {1, 1}, CLASSES);
            case TRANSFORMER -> transformer(generator);
        };
        optimiser = kind == Kind.RESNET ? new Sgd(net, 0.05, 0.9, 5e-4, true) : new Adam(net, 0.002);
        byte[] pixels = new byte[IMAGES * 3 * EDGE * EDGE];
        new Random(2).nextBytes(pixels);
        int[] labels = new int[IMAGES];
        for (int i = 0; i < IMAGES; i++) labels[i] = i % CLASSES;
        ImageSet set = new ImageSet("random", pixels, 3, EDGE, EDGE, labels, CLASSES, List.of());
        loader = new Loader<>(new ImageExamples(set, Normalisation.of(set), Augmentation.cropAndFlip(), new Generator(4)),
                new Batches(IMAGES, BATCH, false, new Generator(3)), 2);
        state = new TrainingState().module("net", net).optimiser("main", optimiser);
    }

    /** Every row of the image is a token of width 48; two blocks with dropout; the mean token is classified. */
    private static Module transformer(Generator generator) {
        int width = 32;
        Module[] blocks = new Module[4];
        for (int i = 0; i < 4; i += 2) {
            blocks[i] = new Residual(new Sequential(new MultiHeadAttention(generator, width, 4), new Dropout(generator, 0.1)));
            blocks[i + 1] = new Residual(new Sequential(new Linear(generator, width, 2 * width), Function.gelu(), new Linear(generator, 2 * width, width),
                    new Dropout(generator, 0.1)));
        }
        return new Sequential(new Function(x -> x.permute(0, 2, 1, 3).reshape(x.size(0), EDGE, 3 * EDGE)), new Linear(generator, 3 * EDGE, width),
                new Sequential(blocks), new Function(x -> x.mean(1)), new Linear(generator, width, CLASSES));
    }

    /** One step; returns its loss. */
    double step() {
        try (Scope scope = Scope.open()) {
            return learn(loader.next());
        }
    }

    /** One step on {@code batch}. */
    double learn(ImageBatch batch) {
        Tensor loss = Losses.crossEntropy(net.forward(batch.images()), batch.labels());
        double value = loss.item();
        Autograd.backward(loss);
        optimiser.step();
        return value;
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) step();
    }

    void save(Path file) throws IOException {
        state.save(file, new TrainingState.Progress(loader.position(), Map.of(), Map.of()));
    }

    void restore(Path file) throws IOException {
        loader.seek(state.restore(file).position());
    }

    /** A checksum over the bits of all parameters, buffers and the optimiser's state. */
    String digest() {
        CRC32C crc = new CRC32C();
        Map<String, Tensor> all = new TreeMap<>(net.state());
        optimiser.state().forEach((name, t) -> all.put("optimiser." + name, t));
        all.forEach((name, t) -> {
            crc.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            for (double v : t.toDoubles()) for (long bits = Double.doubleToRawLongBits(v), i = 0; i < 8; i++) crc.update((int) (bits >>> 8 * i));
        });
        return Long.toHexString(crc.getValue());
    }


    @Override
    public void close() {
        loader.close();
        optimiser.close();
        net.close();
    }
}
