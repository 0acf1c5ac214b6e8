package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.DenseShapes;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.layers.Mlp;
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

/** One training step of linear layers 784-512-512-10 with ReLU on 128 images: forward, cross-entropy, backward, SGD with momentum. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MlpStep {
    private Mlp net;
    private Sgd sgd;
    private Tensor images;
    private Tensor labels;

    @Setup
    public void open() {
        net = new Mlp(new Generator(7), DenseShapes.MLP);
        sgd = new Sgd(net, 0.01, 0.9, 5e-4);
        images = Values.uniform(9, 1, DenseShapes.MLP_BATCH, DenseShapes.MLP[0]);
        labels = Tensors.of(Inputs.labels(DenseShapes.MLP_BATCH, 10, 10));
    }

    @Benchmark
    public void step() {
        try (Scope scope = Scope.open()) {
            Autograd.backward(Losses.crossEntropy(net.forward(images), labels));
            sgd.step();
        }
    }
}
