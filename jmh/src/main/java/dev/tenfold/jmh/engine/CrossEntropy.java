package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.Inputs;
import dev.tenfold.nn.Losses;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Mean cross-entropy of 128 rows of 1000 logits against labels, and the gradient of the logits. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CrossEntropy {
    private static final int ROWS = 128;
    private static final int CLASSES = 1000;

    private Tensor logits;
    private Tensor labels;

    @Setup
    public void open() {
        logits = Values.uniform(1, 1, ROWS, CLASSES);
        labels = Tensors.of(Inputs.labels(ROWS, CLASSES, 2));
    }

    @Benchmark
    public void forwardBackward() {
        try (Scope scope = Scope.open()) {
            Tensor[] leaves = Values.leaves(logits);
            Autograd.backward(Losses.crossEntropy(leaves[0], labels));
            Values.requireGradients(leaves);
        }
    }
}
