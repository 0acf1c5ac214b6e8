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
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Batch normalisation of 32 images of 64 channels of 32x32 in training, and the gradients of x, weight and bias. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchNorm {
    private static final int CHANNELS = 64;

    private Tensor x;
    private Tensor gradient;
    private Tensor weight;
    private Tensor bias;

    @Setup
    public void open() {
        x = Values.uniform(1, 1, 32, CHANNELS, 32, 32);
        gradient = Values.uniform(2, 1, 32, CHANNELS, 32, 32);
        weight = Values.uniform(3, 1, CHANNELS);
        bias = Values.uniform(4, 1, CHANNELS);
    }

    @Benchmark
    public void forwardBackward() {
        try (Scope scope = Scope.open()) {
            Tensor[] leaves = Values.leaves(x, weight, bias);
            Autograd.backward(Normalisations.batchNorm(leaves[0], leaves[1], leaves[2], 1e-5).y(), gradient, false);
            Values.requireGradients(leaves);
        }
    }
}
