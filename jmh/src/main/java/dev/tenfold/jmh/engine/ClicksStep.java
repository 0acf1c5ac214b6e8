package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.DenseShapes;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.Embedding;
import dev.tenfold.nn.layers.Mlp;
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
 * One training step of a click predictor on 1024 examples of 20 fields: rows of width 16 from a table of 100 K, linear layers 320-400-400-1
 * with ReLU, binary cross-entropy with logits, backward, Adam on every row.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClicksStep {
    private static final class Predictor extends Module {
        private final Embedding table;
        private final Mlp mlp;

        Predictor(Generator generator) {
            table = child("table", new Embedding(generator, DenseShapes.ROWS, DenseShapes.ROW_WIDTH, 0.01, Embedding.NONE, DType.F32));
            mlp = child("mlp", new Mlp(generator, DenseShapes.CLICKS));
        }

        @Override
        public Tensor forward(Tensor fields) {
            return mlp.forward(table.forward(fields));
        }
    }

    private Predictor net;
    private Adam adam;
    private Tensor fields;
    private Tensor clicks;

    @Setup
    public void open() {
        net = new Predictor(new Generator(7));
        adam = new Adam(net, 1e-3);
        fields = Tensors.of(DenseShapes.fields(9), DenseShapes.CLICKS_BATCH, DenseShapes.FIELDS);
        clicks = Tensors.of(Inputs.labels(DenseShapes.CLICKS_BATCH, 2, 10)).to(DType.F32).reshape(DenseShapes.CLICKS_BATCH, 1);
    }

    @Benchmark
    public void step() {
        try (Scope scope = Scope.open()) {
            Tensor scores = net.forward(fields);
            Autograd.backward(scores.softplus().sub(scores.mul(clicks)).mean());
            adam.step();
        }
    }
}
