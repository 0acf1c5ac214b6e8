package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Layer normalisation of rows, and the gradients of x, weight and bias. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LayerNorm {
    /** Rows and their length. */
    @Param({"2048x128", "64x1000"})
    String size;

    private NDArray x;
    private NDArray gradient;
    private NDArray weight;
    private NDArray bias;
    private Shape row;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        String[] sides = size.split("x");
        long rows = Long.parseLong(sides[0]);
        long width = Long.parseLong(sides[1]);
        row = new Shape(width);
        x = Torch.uniform(manager, 1, 1, rows, width);
        gradient = Torch.uniform(manager, 2, 1, rows, width);
        weight = Torch.uniform(manager, 3, 1, width);
        bias = Torch.uniform(manager, 4, 1, width);
    }

    @Benchmark
    public void forwardBackward() {
        Torch.record();
        try (NDArray xLeaf = Torch.leaf(x); NDArray weightLeaf = Torch.leaf(weight); NDArray biasLeaf = Torch.leaf(bias);
             NDArray y = JniUtils.layerNorm((PtNDArray) xLeaf, row, (PtNDArray) weightLeaf, (PtNDArray) biasLeaf, 1e-5)) {
            Torch.backward(y, gradient);
            Torch.closeGradients(xLeaf, weightLeaf, biasLeaf);
        }
    }
}
