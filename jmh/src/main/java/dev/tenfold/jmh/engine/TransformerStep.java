package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.DenseShapes;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.optim.Adam;
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

/**
 * One training step of a transformer of 4 layers, width 128, 4 heads, MLP of 4 width with GELU, norm first, on 64 sequences of 32 tokens from a
 * vocabulary of 256: forward, cross-entropy of every token, backward, Adam.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TransformerStep {
    private TokenNamer net;
    private Adam adam;
    private Tensor tokens;
    private Tensor targets;

    @Setup
    public void open() {
        int count = DenseShapes.SEQUENCES * DenseShapes.TOKENS;
        net = new TokenNamer(new Generator(7), DenseShapes.VOCABULARY, DenseShapes.TOKENS, DenseShapes.WIDTH, DenseShapes.HEADS, DenseShapes.LAYERS);
        adam = new Adam(net, 1e-3);
        tokens = Tensors.of(Inputs.labels(count, DenseShapes.VOCABULARY, 9), DenseShapes.SEQUENCES, DenseShapes.TOKENS);
        targets = Tensors.of(Inputs.labels(count, DenseShapes.VOCABULARY, 10));
    }

    @Benchmark
    public void step() {
        try (Scope scope = Scope.open()) {
            Tensor scores = net.forward(tokens).reshape(-1, DenseShapes.VOCABULARY);
            Autograd.backward(Losses.crossEntropy(scores, targets));
            adam.step();
        }
    }
}
