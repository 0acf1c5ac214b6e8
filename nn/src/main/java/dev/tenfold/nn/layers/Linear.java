package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;

/** {@code y = x W^T + b} on the last dimension: x [..., in], y [..., out], parameters {@code weight} [out, in] and {@code bias} [out]. */
public final class Linear extends Module {
    private final Parameter weight;
    private final Parameter bias;

    public Linear(Generator generator, int in, int out) {
        this(generator, in, out, true, DType.F32);
    }

    public Linear(Generator generator, int in, int out, boolean bias, DType dtype) {
        this.weight = parameter("weight", Init.uniformFanIn(generator, dtype, in, out, in));
        this.bias = bias ? parameter("bias", Init.uniformFanIn(generator, dtype, in, out)) : null;
    }

    public Parameter weight() {
        return weight;
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.linear(weight.value(), bias == null ? null : bias.value());
    }
}
