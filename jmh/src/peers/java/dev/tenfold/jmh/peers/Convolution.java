package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** 3x3 convolution, 64 to 64 channels, on 32 images of 32x32, padding 1. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Convolution {
    private static final Shape ONE = new Shape(1, 1);

    private NDArray x;
    private NDArray weight;
    private NDArray gradient;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        x = Torch.uniform(manager, 1, 1, 32, 64, 32, 32);
        weight = Torch.uniform(manager, 2, 0.1f, 64, 64, 3, 3);
        gradient = Torch.uniform(manager, 3, 1, 32, 64, 32, 32);
    }

    @Benchmark
    public void forward() {
        convolve(x, weight).close();
    }

    /** Forward, then the gradients of x and of the weight. */
    @Benchmark
    public void forwardBackward() {
        Torch.record();
        try (NDArray xLeaf = Torch.leaf(x); NDArray weightLeaf = Torch.leaf(weight); NDArray y = convolve(xLeaf, weightLeaf)) {
            Torch.backward(y, gradient);
            xLeaf.getGradient().close();
            weightLeaf.getGradient().close();
        }
    }

    private static NDArray convolve(NDArray x, NDArray weight) {
        return Conv2d.conv2d(x, weight, null, ONE, ONE).singletonOrThrow();
    }
}
