package dev.tenfold.jmh.engine;

import dev.tenfold.jmh.Inputs;
import dev.tenfold.tensor.Fused;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Six element-wise operations on a million floats: {@code (relu((a b + c) / 2) - a)^2}, fused. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Chain {
    private static final int N = 1 << 20;
    private static final Fused SIX = Fused.of(3, v -> v[0].mul(v[1]).add(v[2]).mul(0.5).relu().sub(v[0]).square());

    private Tensor[] a;
    private Tensor[] b;
    private Tensor[] c;
    private int turn;

    @Setup
    public void open() {
        int copies = Inputs.copies(16L * N);
        a = Values.uniforms(copies, 1, N);
        b = Values.uniforms(copies, 100, N);
        c = Values.uniforms(copies, 200, N);
    }

    @Benchmark
    public void six() {
        turn = turn + 1 == a.length ? 0 : turn + 1;
        try (Scope scope = Scope.open()) {
            SIX.apply(a[turn], b[turn], c[turn]);
        }
    }
}
