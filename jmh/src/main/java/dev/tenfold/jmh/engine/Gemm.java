package dev.tenfold.jmh.engine;

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

/** {@code C = A B} for square f32 matrices. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Gemm {
    @Param({"128", "512", "2048"})
    int n;

    private Tensor a;
    private Tensor b;

    @Setup
    public void open() {
        a = Values.uniform(1, 1, n, n);
        b = Values.uniform(2, 1, n, n);
    }

    @Benchmark
    public void multiply() {
        try (Scope scope = Scope.open()) {
            a.matmul(b);
        }
    }
}
