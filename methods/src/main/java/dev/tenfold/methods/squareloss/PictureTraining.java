package dev.tenfold.methods.squareloss;

import static dev.tenfold.methods.squareloss.Numbers.three;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.methods.Run;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.TrainingState;
import dev.tenfold.nn.data.Batch;
import dev.tenfold.nn.data.Batches;
import dev.tenfold.nn.data.Loader;
import dev.tenfold.nn.data.image.ImageBatch;
import dev.tenfold.nn.data.image.ImageExamples;
import dev.tenfold.nn.data.image.Normalisation;
import dev.tenfold.nn.optim.Schedule;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * How networks are trained on images: SGD with momentum 0.9, cosine schedule after a short warm-up, random crops (and mirrors).
 *
 * @param epochs passes over the training images
 * @param batch  images per step
 * @param rate   first learning rate
 * @param decay  weight decay
 */
record PictureTraining(int epochs, int batch, double rate, double decay) {
    /** A tenth of the training with a rising rate, so that the square loss does not start with a leap. */
    private static final double WARM_UP = 0.1;

    /**
     * Trains {@code net} on coded labels, one step of {@code progress} per epoch. After every epoch the training is saved in {@code folder};
     * one of the same settings that is found there is continued, with the same bits as if it had never stopped.
     *
     * @throws IOException when a checkpoint cannot be read or written
     */
    void fit(Module net, Coding coding, Pictures pictures, Generator generator, Run.Progress progress, Path folder) throws IOException {
        int n = pictures.train().size();
        Batches order = new Batches(n, Math.min(batch, n), true, generator.fork(0));
        Schedule schedule = Schedule.cosine(rate, 0).warmUp(WARM_UP);
        Path checkpoint = folder.resolve(coding.key() + "-" + word(coding, pictures, generator) + ".safetensors");
        Files.createDirectories(folder);
        net.train(true);
        ImageExamples examples = new ImageExamples(pictures.train(), Normalisation.of(pictures.train()), pictures.augmentation(), generator.fork(1));
        try (Loader<ImageBatch> loader = new Loader<>(examples, order, 2);
             Sgd sgd = new Sgd(net, rate, 0.9, decay)) {
            TrainingState state = new TrainingState().module("net", net).optimiser("sgd", sgd);
            long first = Files.exists(checkpoint) ? state.restore(checkpoint).position().epoch() : 0;
            for (long epoch = 0; epoch < first; epoch++) progress.step("resumed");
            loader.seek(new Batch.Position(first, 0));
            double all = (double) epochs * order.count();
            for (long epoch = first; epoch < epochs; epoch++) {
                double sum = 0;
                for (int b = 0; b < order.count(); b++) {
                    try (Scope scope = Scope.open()) {
                        sgd.setLearningRate(schedule.rate((sgd.steps() + 0.5) / all));
                        ImageBatch images = loader.next();
                        Tensor loss = coding.loss(net.forward(images.images()), images.labels());
                        sum += loss.item();
                        Autograd.backward(loss);
                        sgd.step();
                    }
                }
                if (!Double.isFinite(sum)) throw new IllegalStateException("training with the " + coding.label() + " diverged in epoch " + (epoch + 1) + "; a smaller learning rate than " + rate + " is needed");
                state.save(checkpoint, new TrainingState.Progress(new Batch.Position(epoch + 1, 0), Map.of(), Map.of()));
                progress.step(coding.label() + ", epoch " + (epoch + 1) + ", loss " + three(sum / order.count()));
            }
        }
    }

    /** The settings and the data in one word, which names the checkpoint, so that none of other settings is continued. */
    private String word(Coding coding, Pictures pictures, Generator generator) {
        String settings = this + ", " + coding.key() + ", " + pictures.description() + ", " + pictures.train() + ", " + generator.state();
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(settings.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
