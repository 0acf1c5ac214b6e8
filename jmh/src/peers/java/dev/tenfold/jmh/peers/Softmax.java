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

/** Softmax over rows of 1000 floats. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Softmax {
    @Param({"4", "64", "16384"})
    int rows;

    private NDArray[] x;
    private int turn;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        x = Torch.uniforms(manager, Inputs.copies(4000L * rows), 1, rows, 1000);
    }

    @Benchmark
    public void softmax() {
        turn = turn + 1 == x.length ? 0 : turn + 1;
        x[turn].softmax(-1).close();
    }
}
