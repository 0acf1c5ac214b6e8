package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.tensor.Normalisations;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Layer normalisation of rows, and the gradients of x, weight and bias. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LayerNorm {
    /** Rows and their length. */
    @Param({"2048x128", "64x1000"})
    String size;

    private Tensor x;
    private Tensor gradient;
    private Tensor weight;
    private Tensor bias;

    @Setup
    public void open() {
        String[] sides = size.split("x");
        long rows = Long.parseLong(sides[0]);
        long width = Long.parseLong(sides[1]);
        x = Values.uniform(1, 1, rows, width);
        gradient = Values.uniform(2, 1, rows, width);
        weight = Values.uniform(3, 1, width);
        bias = Values.uniform(4, 1, width);
    }

    @Benchmark
    public void forwardBackward() {
        try (Scope scope = Scope.open()) {
            Tensor[] leaves = Values.leaves(x, weight, bias);
            Autograd.backward(Normalisations.layerNorm(leaves[0], leaves[1], leaves[2], 1e-5), gradient, false);
            Values.requireGradients(leaves);
        }
    }
}
