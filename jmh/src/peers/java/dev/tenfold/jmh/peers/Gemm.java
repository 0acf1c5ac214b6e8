package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** {@code C = A B} for square f32 matrices. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Gemm {
    @Param({"128", "512", "2048"})
    int n;

    private NDArray a;
    private NDArray b;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        a = Torch.uniform(manager, 1, 1, n, n);
        b = Torch.uniform(manager, 2, 1, n, n);
    }

    @Benchmark
    public void multiply() {
        a.matMul(b).close();
    }
}
