package dev.tenfold.jmh.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What one recorded operation costs when there is nothing to compute: add on 16 elements, with its tape entry, freed again. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SmallTensor {
    private NDArray a;
    private NDArray b;

    @Setup
    public void open() {
        NDManager manager = Torch.manager();
        Torch.record();
        a = Torch.leaf(Torch.uniform(manager, 1, 1, 16));
        b = Torch.leaf(Torch.uniform(manager, 2, 1, 16));
        try (NDArray sum = a.add(b)) {
            if (JniUtils.getGradientFunctionNames((PtNDArray) sum).isEmpty()) throw new IllegalStateException("PyTorch does not record");
        }
    }

    @Benchmark
    public void recordedAdd() {
        a.add(b).close();
    }
}
