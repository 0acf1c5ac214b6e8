package dev.tenfold.jmh.engine;

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

/** Softmax over rows of 1000 floats. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Softmax {
    @Param({"4", "64", "16384"})
    int rows;

    private Tensor[] x;
    private int turn;

    @Setup
    public void open() {
        x = Values.uniforms(Inputs.copies(4000L * rows), 1, rows, 1000);
    }

    @Benchmark
    public void softmax() {
        turn = turn + 1 == x.length ? 0 : turn + 1;
        try (Scope scope = Scope.open()) {
            x[turn].softmax(-1);
        }
    }
}
