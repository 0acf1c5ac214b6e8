package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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

/** A step of Adam on two million parameters in sixteen tensors, as DJL's native layer takes it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdamStep {
    private static final int TENSORS = 16;
    private static final int N = 1 << 17;

    private NDArray[] values;
    private NDArray[] gradients;
    private NDArray[] means;
    private NDArray[] squares;
    private int steps;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        values = Torch.uniforms(manager, TENSORS, 0, N);
        gradients = Torch.uniforms(manager, TENSORS, 100, N);
        means = new NDArray[TENSORS];
        squares = new NDArray[TENSORS];
        for (int k = 0; k < TENSORS; k++) {
            means[k] = values[k].zerosLike();
            squares[k] = values[k].zerosLike();
        }
    }

    @Benchmark
    public void step() {
        steps++;
        float corrected = (float) (1e-3 * Math.sqrt(1 - Math.pow(0.999, steps)) / (1 - Math.pow(0.9, steps)));
        for (int k = 0; k < TENSORS; k++) {
            JniUtils.adamUpdate((PtNDArray) values[k], (PtNDArray) gradients[k], (PtNDArray) means[k], (PtNDArray) squares[k], 1e-3f, corrected, 0, 1, -1,
                    0.9f, 0.999f, 1e-8f, false);
        }
    }
}
