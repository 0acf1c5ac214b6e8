package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tenfold.jmh.Inputs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Mean cross-entropy of 128 rows of 1000 logits against labels, and the gradient of the logits. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CrossEntropy {
    private static final int ROWS = 128;
    private static final int CLASSES = 1000;

    private NDArray logits;
    private NDArray labels;
    private NDArray one;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        logits = Torch.uniform(manager, 1, 1, ROWS, CLASSES);
        labels = manager.create(Inputs.labels(ROWS, CLASSES, 2), new Shape(ROWS, 1));
        one = manager.ones(new Shape());
    }

    /** DJL has no call of PyTorch's cross-entropy; its two steps are the logarithm of softmax, and a gathered mean. */
    @Benchmark
    public void forwardBackward() {
        Torch.record();
        try (NDArray leaf = Torch.leaf(logits); NDArray logs = leaf.logSoftmax(1); NDArray hits = logs.gather(labels, 1); NDArray mean = hits.mean();
             NDArray loss = mean.neg()) {
            Torch.backward(loss, one);
            Torch.closeGradients(leaf);
        }
    }
}
