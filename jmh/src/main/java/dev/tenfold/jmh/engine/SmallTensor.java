package dev.tenfold.jmh.engine;

import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What one recorded operation costs when there is nothing to compute: add on 16 elements, with its tape entry, freed again. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SmallTensor {
    private Tensor a;
    private Tensor b;

    @Setup
    public void open() {
        a = Values.uniform(1, 1, 16).requiresGrad(true);
        b = Values.uniform(2, 1, 16).requiresGrad(true);
        try (Scope scope = Scope.open()) {
            if (a.add(b).trace() == null) throw new IllegalStateException("add is not recorded");
        }
    }

    @Benchmark
    public void recordedAdd() {
        try (Scope scope = Scope.open()) {
            a.add(b);
        }
    }
}
