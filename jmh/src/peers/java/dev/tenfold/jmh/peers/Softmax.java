package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tenfold.jmh.Inputs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Softmax and log-sum-exp over rows of 1000 floats. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Softmax {
    @Param({"4", "64", "16384"})
    int rows;

    private static final int[] ROW = {1};

    private NDArray[] x;
    private NDArray gradient;
    private int turn;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        x = Torch.uniforms(manager, Inputs.copies(4000L * rows), 1, rows, 1000);
        gradient = Torch.uniform(manager, 100, 1, rows, 1000);
    }

    private NDArray next() {
        turn = turn + 1 == x.length ? 0 : turn + 1;
        return x[turn];
    }

    @Benchmark
    public void softmax() {
        next().softmax(-1).close();
    }

    /** DJL has no log-sum-exp; these are the steps that PyTorch's consists of. */
    @Benchmark
    public void logSumExp() {
        NDArray rows = next();
        try (NDArray max = rows.max(ROW, true); NDArray below = rows.sub(max); NDArray exps = below.exp(); NDArray sum = exps.sum(ROW, true);
             NDArray logarithm = sum.log()) {
            logarithm.addi(max);
        }
    }

    @Benchmark
    public void forwardBackward() {
        Torch.record();
        try (NDArray leaf = Torch.leaf(next()); NDArray y = leaf.softmax(-1)) {
            Torch.backward(y, gradient);
            leaf.getGradient().close();
        }
    }
}
