package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** Initial values of weights [out, in, …], whose fan-in is the product of all sizes but the first. */
public final class Init {
    private Init() {
    }

    /** The number of inputs that one output sums over. */
    public static long fanIn(Shape weight) {
        return weight.product(1, weight.rank());
    }

    /** Normal with variance {@code 2 / fan_out}, {@code fan_out = out r s}: He et al. 2015 for ReLU networks with convolutions. */
    public static Tensor heNormal(Generator generator, DType dtype, long... weight) {
        Shape shape = Shape.of(weight);
        double fanOut = (double) shape.size(0) * shape.product(Math.min(2, shape.rank()), shape.rank());
        return generator.normal(dtype, shape, 0, Math.sqrt(2 / fanOut));
    }

    /** Uniform in {@code +-1 / sqrt(fan_in)}: the usual default of linear layers and their biases. */
    public static Tensor uniformFanIn(Generator generator, DType dtype, long fanIn, long... shape) {
        double bound = 1 / Math.sqrt(Math.max(1, fanIn));
        return generator.uniform(dtype, Shape.of(shape), -bound, bound);
    }

    /** Uniform in {@code +-sqrt(6 / (fan_in + fan_out))} (Glorot and Bengio 2010). */
    public static Tensor xavierUniform(Generator generator, DType dtype, long... weight) {
        Shape shape = Shape.of(weight);
        double receptive = shape.product(Math.min(2, shape.rank()), shape.rank());
        double bound = Math.sqrt(6 / (receptive * (shape.size(0) + shape.size(Math.min(1, shape.rank() - 1)))));
        return generator.uniform(dtype, shape, -bound, bound);
    }
}
