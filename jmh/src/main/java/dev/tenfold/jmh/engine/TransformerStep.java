package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.DenseShapes;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Losses;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.Embedding;
import dev.tenfold.nn.layers.Linear;
import dev.tenfold.nn.layers.Transformer;
import dev.tenfold.nn.layers.TransformerDesign;
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
    private static final class TokenNamer extends Module {
        private final Embedding tokens;
        private final Transformer transformer;
        private final Linear head;

        TokenNamer(Generator generator) {
            tokens = child("tokens", new Embedding(generator, DenseShapes.VOCABULARY, DenseShapes.WIDTH, 0.02, Embedding.NONE, DType.F32));
            transformer = child("transformer", new Transformer(generator, TransformerDesign.of(DenseShapes.WIDTH, DenseShapes.HEADS), DenseShapes.LAYERS,
                    DenseShapes.TOKENS, Transformer.Positions.LEARNED));
            head = child("head", new Linear(generator, DenseShapes.WIDTH, DenseShapes.VOCABULARY));
        }

        @Override
        public Tensor forward(Tensor indices) {
            return head.forward(transformer.forward(tokens.forward(indices)));
        }
    }

    private TokenNamer net;
    private Adam adam;
    private Tensor tokens;
    private Tensor targets;

    @Setup
    public void open() {
        int count = DenseShapes.SEQUENCES * DenseShapes.TOKENS;
        net = new TokenNamer(new Generator(7));
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
