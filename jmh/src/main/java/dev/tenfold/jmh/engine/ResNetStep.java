package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.jmh.ResNetShape;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.models.ResNet;
import dev.tenfold.nn.optim.Sgd;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One training step of ResNet-18 on 32 images of 3x32x32: forward, cross-entropy, backward, SGD with momentum. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ResNetStep {
    private static final int BATCH = 32;

    private ResNet net;
    private Sgd sgd;
    private Tensor images;
    private Tensor labels;

    @Setup
    public void open() {
        net = ResNet.resNet18(new Generator(7), 3, ResNetShape.STEM.out(), ResNetShape.CLASSES);
        sgd = new Sgd(net, 0.01, 0.9, 5e-4);
        images = Values.uniform(9, 1, BATCH, 3, 32, 32);
        labels = Tensors.of(Inputs.labels(BATCH, ResNetShape.CLASSES, 10));
    }

    @Benchmark
    public void step() {
        try (Scope scope = Scope.open()) {
            Autograd.backward(Losses.crossEntropy(net.forward(images), labels));
            sgd.step();
        }
    }
}
