package dev.tenfold.jmh.engine;

import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.ParameterGroup;
import dev.tenfold.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A step of Adam on two million parameters in sixteen tensors. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdamStep {
    private static final int TENSORS = 16;
    private static final int N = 1 << 17;

    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private Tensor[] gradients;
    private Adam adam;

    @Setup
    public void open() {
        gradients = Values.uniforms(TENSORS, 100, N);
        for (int k = 0; k < TENSORS; k++) parameters.put("w" + k, new Parameter(Values.uniform(k, 1, N)));
        adam = new Adam(java.util.List.of(ParameterGroup.of(parameters)), 1e-3, Adam.Settings.USUAL);
    }

    @Benchmark
    public void step() {
        int k = 0;
        for (Parameter p : parameters.values()) p.value().setGrad(gradients[k++].alias());
        adam.step();
    }
}
