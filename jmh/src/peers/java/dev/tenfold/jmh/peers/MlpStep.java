package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import dev.tenfold.jmh.DenseShapes;
import dev.tenfold.jmh.Inputs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One training step of linear layers 784-512-512-10 with ReLU on 128 images: forward, cross-entropy, backward, SGD with momentum. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MlpStep {
    private Training training;
    private Training.Linear[] layers;
    private Training.Update sgd;
    private NDArray images;
    private NDArray oneHot;

    @Setup
    public void open() {
        training = new Training();
        sgd = Training.momentum(0.01f, 0.9f, 5e-4f);
        layers = layers(training, DenseShapes.MLP);
        images = Torch.uniform(training.manager, 9, 1, DenseShapes.MLP_BATCH, DenseShapes.MLP[0]);
        oneHot = training.oneHot(Inputs.labels(DenseShapes.MLP_BATCH, 10, 10), 10);
    }

    static Training.Linear[] layers(Training training, int[] widths) {
        Training.Linear[] layers = new Training.Linear[widths.length - 1];
        for (int i = 0; i < layers.length; i++) layers[i] = training.linear(widths[i], widths[i + 1]);
        return layers;
    }

    /** ReLU between the layers. */
    static NDArray apply(Training training, Training.Linear[] layers, NDArray x) {
        NDArray h = x;
        for (int i = 0; i < layers.length; i++) {
            h = layers[i].apply(h);
            if (i + 1 < layers.length) h = training.relu(h);
        }
        return h;
    }

    @Benchmark
    public void step() {
        training.step(() -> training.crossEntropy(apply(training, layers, images), oneHot), sgd);
    }
}
