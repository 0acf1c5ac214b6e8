package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tenfold.jmh.Inputs;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Six element-wise operations on a million floats: {@code (relu((a b + c) / 2) - a)^2}, one by one, in place where DJL can. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Chain {
    private static final int N = 1 << 20;

    private NDArray[] a;
    private NDArray[] b;
    private NDArray[] c;
    private int turn;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        int copies = Inputs.copies(16L * N);
        a = Torch.uniforms(manager, copies, 1, N);
        b = Torch.uniforms(manager, copies, 100, N);
        c = Torch.uniforms(manager, copies, 200, N);
    }

    @Benchmark
    public void six() {
        turn = turn + 1 == a.length ? 0 : turn + 1;
        try (NDArray x = a[turn].mul(b[turn]).addi(c[turn]).muli(0.5f); NDArray y = x.getNDArrayInternal().relu()) {
            y.subi(a[turn]);
            y.muli(y);
        }
    }
}
