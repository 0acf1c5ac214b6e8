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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Batch normalisation of 32 images of 64 channels of 32x32 in training, and the gradients of x, weight and bias. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchNorm {
    private static final int CHANNELS = 64;

    private NDArray x;
    private NDArray gradient;
    private NDArray weight;
    private NDArray bias;
    private NDArray runningMean;
    private NDArray runningVariance;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        x = Torch.uniform(manager, 1, 1, 32, CHANNELS, 32, 32);
        gradient = Torch.uniform(manager, 2, 1, 32, CHANNELS, 32, 32);
        weight = Torch.uniform(manager, 3, 1, CHANNELS);
        bias = Torch.uniform(manager, 4, 1, CHANNELS);
        runningMean = manager.zeros(new Shape(CHANNELS));
        runningVariance = manager.ones(new Shape(CHANNELS));
    }

    /** DJL cannot call it without running statistics; moving 64 numbers does not count. */
    @Benchmark
    public void forwardBackward() {
        Torch.record();
        try (NDArray xLeaf = Torch.leaf(x); NDArray weightLeaf = Torch.leaf(weight); NDArray biasLeaf = Torch.leaf(bias);
             NDArray y = JniUtils.batchNorm((PtNDArray) xLeaf, (PtNDArray) runningMean, (PtNDArray) runningVariance, (PtNDArray) weightLeaf,
                     (PtNDArray) biasLeaf, true, 0.1, 1e-5)) {
            Torch.backward(y, gradient);
            Torch.closeGradients(xLeaf, weightLeaf, biasLeaf);
        }
    }
}
