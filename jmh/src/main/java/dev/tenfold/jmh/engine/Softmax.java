package dev.tenfold.jmh.engine;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.jmh.Inputs;
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

/** Softmax and log-sum-exp over rows of 1000 floats. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Softmax {
    @Param({"4", "64", "16384"})
    int rows;

    private Tensor[] x;
    private Tensor gradient;
    private int turn;

    @Setup
    public void open() {
        x = Values.uniforms(Inputs.copies(4000L * rows), 1, rows, 1000);
        gradient = Values.uniform(100, 1, rows, 1000);
    }

    private Tensor next() {
        turn = turn + 1 == x.length ? 0 : turn + 1;
        return x[turn];
    }

    @Benchmark
    public void softmax() {
        try (Scope scope = Scope.open()) {
            next().softmax(-1);
        }
    }

    @Benchmark
    public void logSumExp() {
        try (Scope scope = Scope.open()) {
            next().logSumExp(-1);
        }
    }

    @Benchmark
    public void forwardBackward() {
        try (Scope scope = Scope.open()) {
            Tensor[] leaves = Values.leaves(next());
            Autograd.backward(leaves[0].softmax(-1), gradient, false);
            Values.requireGradients(leaves);
        }
    }
}
