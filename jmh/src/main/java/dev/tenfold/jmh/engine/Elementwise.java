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

/** Element-wise operations and the full sum on n floats, each into a fresh tensor that its scope frees. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Elementwise {
    @Param({"4096", "65536", "16777216"})
    int n;

    private Tensor[] a;
    private Tensor[] b;
    private int turn;

    @Setup
    public void open() {
        int copies = Inputs.copies(8L * n);
        a = Values.uniforms(copies, 1, n);
        b = Values.uniforms(copies, 100, n);
    }

    @Benchmark
    public void exp() {
        try (Scope scope = Scope.open()) {
            a[next()].exp();
        }
    }

    @Benchmark
    public void add() {
        int i = next();
        try (Scope scope = Scope.open()) {
            a[i].add(b[i]);
        }
    }

    @Benchmark
    public void sum() {
        try (Scope scope = Scope.open()) {
            a[next()].sum();
        }
    }

    private int next() {
        turn = turn + 1 == a.length ? 0 : turn + 1;
        return turn;
    }
}
