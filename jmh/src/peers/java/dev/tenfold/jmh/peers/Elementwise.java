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

/** Element-wise operations and the full sum on n floats, each into fresh memory. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Elementwise {
    @Param({"4096", "65536", "16777216"})
    int n;

    private NDArray[] a;
    private NDArray[] b;
    private int turn;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        int copies = Inputs.copies(8L * n);
        a = Torch.uniforms(manager, copies, 1, n);
        b = Torch.uniforms(manager, copies, 100, n);
    }

    @Benchmark
    public void exp() {
        a[next()].exp().close();
    }

    @Benchmark
    public void add() {
        int i = next();
        a[i].add(b[i]).close();
    }

    @Benchmark
    public void sum() {
        a[next()].sum().close();
    }

    private int next() {
        turn = turn + 1 == a.length ? 0 : turn + 1;
        return turn;
    }
}
