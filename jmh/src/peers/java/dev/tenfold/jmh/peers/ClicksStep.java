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
 * One training step of a click predictor on 1024 examples of 20 fields: rows of width 16 from a table of 100 K (a dense gradient), linear layers
 * 320-400-400-1 with ReLU, binary cross-entropy with logits as {@code softplus(z) - z y}, backward, Adam on every row.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ClicksStep {
    private Training training;
    private Training.Parameter table;
    private Training.Linear[] layers;
    private Training.Update adam;
    private NDArray fields;
    private NDArray clicks;

    @Setup
    public void open() {
        training = new Training();
        adam = training.adam(1e-3f);
        table = training.uniform(6, 0.01f, DenseShapes.ROWS, DenseShapes.ROW_WIDTH);
        layers = MlpStep.layers(training, DenseShapes.CLICKS);
        fields = training.manager.create(DenseShapes.fields(9), new Shape(DenseShapes.CLICKS_BATCH, DenseShapes.FIELDS));
        clicks = training.manager.create(Inputs.labels(DenseShapes.CLICKS_BATCH, 2, 10)).toType(DataType.FLOAT32, false)
                .reshape(DenseShapes.CLICKS_BATCH, 1);
    }

    @Benchmark
    public void step() {
        training.step(this::loss, adam);
    }

    private NDArray loss() {
        NDArray rows = training.keep(JniUtils.embedding((PtNDArray) fields, (PtNDArray) table.leaf, false));
        NDArray x = training.keep(rows.reshape(DenseShapes.CLICKS_BATCH, DenseShapes.CLICKS[0]));
        NDArray scores = MlpStep.apply(training, layers, x);
        NDArray losses = training.keep(training.keep(JniUtils.softPlus((PtNDArray) scores)).sub(training.keep(scores.mul(clicks))));
        return training.keep(losses.mean());
    }
}
