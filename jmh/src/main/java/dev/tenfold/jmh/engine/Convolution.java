package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** 3x3 convolution, 64 to 64 channels, on 32 images of 32x32, padding 1. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Convolution {
    private Tensor x;
    private Tensor weight;
    private Tensor gradient;

    @Setup
    public void open() {
        x = Values.uniform(1, 1, 32, 64, 32, 32);
        weight = Values.uniform(2, 0.1f, 64, 64, 3, 3);
        gradient = Values.uniform(3, 1, 32, 64, 32, 32);
    }

    @Benchmark
    public void forward() {
        try (Scope scope = Scope.open()) {
            Convolutions.conv2d(x, weight, null, 1, 1);
        }
    }

    /** Forward, then the gradients of x and of the weight. */
    @Benchmark
    public void forwardBackward() {
        try (Scope scope = Scope.open()) {
            Tensor xLeaf = x.detach().requiresGrad(true);
            Tensor weightLeaf = weight.detach().requiresGrad(true);
            Autograd.backward(Convolutions.conv2d(xLeaf, weightLeaf, null, 1, 1), gradient, false);
            if (xLeaf.grad() == null || weightLeaf.grad() == null) throw new IllegalStateException("a gradient is missing");
        }
    }
}
