package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
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

/**
 * One training step of a transformer of 4 layers, width 128, 4 heads, MLP of 4 width with GELU, norm first, on 64 sequences of 32 tokens from a
 * vocabulary of 256: forward, cross-entropy of every token, backward, Adam. Queries, keys and values are one product;
 * attention is two batched products with a softmax between them, since DJL has no binding of PyTorch's fused one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TransformerStep {
    private static final long WIDTH = DenseShapes.WIDTH;
    private static final long HEAD = WIDTH / DenseShapes.HEADS;
    private static final long[] SPLIT = {DenseShapes.SEQUENCES, DenseShapes.TOKENS, 3, DenseShapes.HEADS, HEAD};

    private final class Norm {
        private final Training.Parameter weight = training.parameter(training.manager.ones(new Shape(WIDTH)));
        private final Training.Parameter bias = training.parameter(training.manager.zeros(new Shape(WIDTH)));

        NDArray apply(NDArray x) {
            return training.keep(JniUtils.layerNorm((PtNDArray) x, new Shape(WIDTH), (PtNDArray) weight.leaf, (PtNDArray) bias.leaf, 1e-5));
        }
    }

    private final class Block {
        private final Norm norm1 = new Norm();
        private final Training.Linear in = training.linear(WIDTH, 3 * WIDTH);
        private final Training.Linear out = training.linear(WIDTH, WIDTH);
        private final Norm norm2 = new Norm();
        private final Training.Linear fc1 = training.linear(WIDTH, 4 * WIDTH);
        private final Training.Linear fc2 = training.linear(4 * WIDTH, WIDTH);

        NDArray apply(NDArray x) {
            NDArray h = training.keep(x.add(out.apply(attention(in.apply(norm1.apply(x))))));
            NDArray hidden = training.keep(JniUtils.gelu((PtNDArray) fc1.apply(norm2.apply(h))));
            return training.keep(h.add(fc2.apply(hidden)));
        }
    }

    private Training training;
    private Training.Parameter table;
    private Training.Parameter positions;
    private Block[] blocks;
    private Norm norm;
    private Training.Linear head;
    private Training.Update adam;
    private NDArray tokens;
    private NDArray oneHot;
    private NDArray scale;

    @Setup
    public void open() {
        training = new Training();
        adam = training.adam(1e-3f);
        table = training.uniform(5, 0.03f, DenseShapes.VOCABULARY, WIDTH);
        positions = training.uniform(6, 0.03f, DenseShapes.TOKENS, WIDTH);
        blocks = new Block[DenseShapes.LAYERS];
        for (int i = 0; i < blocks.length; i++) blocks[i] = new Block();
        norm = new Norm();
        head = training.linear(WIDTH, DenseShapes.VOCABULARY);
        int count = DenseShapes.SEQUENCES * DenseShapes.TOKENS;
        tokens = training.manager.create(Inputs.labels(count, DenseShapes.VOCABULARY, 9), new Shape(DenseShapes.SEQUENCES, DenseShapes.TOKENS));
        oneHot = training.oneHot(Inputs.labels(count, DenseShapes.VOCABULARY, 10), DenseShapes.VOCABULARY);
        scale = training.manager.create((float) (1 / Math.sqrt(HEAD)));
    }

    @Benchmark
    public void step() {
        training.step(this::loss, adam);
    }

    private NDArray loss() {
        NDArray x = training.keep(training.keep(JniUtils.embedding((PtNDArray) tokens, (PtNDArray) table.leaf, false)).add(positions.leaf));
        for (Block block : blocks) x = block.apply(x);
        NDArray rows = training.keep(norm.apply(x).reshape((long) DenseShapes.SEQUENCES * DenseShapes.TOKENS, WIDTH));
        return training.crossEntropy(head.apply(rows), oneHot);
    }

    private NDArray attention(NDArray projected) {
        NDArray split = training.keep(training.keep(projected.reshape(SPLIT)).transpose(2, 0, 3, 1, 4));
        NDArray q = training.keep(training.keep(split.get(0)).mul(scale));
        NDArray keys = training.keep(training.keep(split.get(1)).transpose(0, 1, 3, 2));
        NDArray values = training.keep(split.get(2));
        NDArray weights = training.keep(JniUtils.softmax((PtNDArray) training.keep(q.matMul(keys)), -1, DataType.FLOAT32));
        NDArray y = training.keep(training.keep(weights.matMul(values)).transpose(0, 2, 1, 3));
        return training.keep(y.reshape(DenseShapes.SEQUENCES, DenseShapes.TOKENS, WIDTH));
    }
}
