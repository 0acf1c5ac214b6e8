package dev.tenfold.nn.layers;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Linalg;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Initial values of weights [out, in, …]. Their fan-in is the number of inputs that one output sums over, in times the filter's places;
 * their fan-out is the number of outputs that one input goes to, out times the filter's places. A vector has its length as both.
 */
public final class Init {
    /** Which of the two keeps its variance: the values on the way forward, or the gradients on the way back. */
    public enum Fan { IN, OUT }

    // The factors that make up for what an activation shrinks.
    public static final double LINEAR_GAIN = 1;
    public static final double RELU_GAIN = Math.sqrt(2);
    public static final double TANH_GAIN = 5 / 3.0;

    private Init() {
    }

    /** The gain of {@code x > 0 ? x : slope x}: {@code sqrt(2 / (1 + slope^2))} (He et al. 2015, equation 15). */
    public static double leakyReluGain(double slope) {
        return Math.sqrt(2 / (1 + slope * slope));
    }

    /** The number of inputs that one output sums over. */
    public static long fanIn(Shape weight) {
        requireWeight(weight);
        return weight.rank() == 1 ? weight.size(0) : weight.product(1, weight.rank());
    }

    /** The number of outputs that one input goes to. */
    public static long fanOut(Shape weight) {
        requireWeight(weight);
        return weight.size(0) * weight.product(Math.min(2, weight.rank()), weight.rank());
    }

    private static void requireWeight(Shape weight) {
        if (weight.rank() == 0) throw new IllegalArgumentException("Init: a scalar has no inputs and outputs; the weight must be [out, in, …]");
    }

    private static double fan(Fan fan, Shape weight) {
        return Math.max(1, fan == Fan.IN ? fanIn(weight) : fanOut(weight));
    }

    /** Normal with mean 0. */
    public static Tensor normal(Generator generator, DType dtype, double sd, long... shape) {
        return generator.normal(dtype, Shape.of(shape), 0, sd);
    }

    private static Tensor uniform(Generator generator, DType dtype, double bound, Shape shape) {
        return generator.uniform(dtype, shape, -bound, bound);
    }

    /** Normal with variance {@code 2 / fan_out}: He et al. 2015 for ReLU networks with convolutions. */
    public static Tensor heNormal(Generator generator, DType dtype, long... weight) {
        return heNormalInGroups(generator, dtype, 1, weight);
    }

    /** The same for a convolution in groups, where an input goes to one group's outputs only. */
    static Tensor heNormalInGroups(Generator generator, DType dtype, int groups, long... weight) {
        return normal(generator, dtype, Math.sqrt(2 * groups / fan(Fan.OUT, Shape.of(weight))), weight);
    }

    /** Normal with standard deviation {@code gain / sqrt(fan)} (He, Zhang, Ren, Sun 2015). */
    public static Tensor heNormal(Generator generator, DType dtype, Fan fan, double gain, long... weight) {
        return normal(generator, dtype, gain / Math.sqrt(fan(fan, Shape.of(weight))), weight);
    }

    /** Uniform in {@code +-gain sqrt(3 / fan)}, which has the same variance. */
    public static Tensor heUniform(Generator generator, DType dtype, Fan fan, double gain, long... weight) {
        Shape shape = Shape.of(weight);
        return uniform(generator, dtype, gain * Math.sqrt(3 / fan(fan, shape)), shape);
    }

    /** Normal with variance {@code 1 / fan_in} (LeCun, Bottou, Orr, Müller 1998). */
    public static Tensor lecunNormal(Generator generator, DType dtype, long... weight) {
        return heNormal(generator, dtype, Fan.IN, LINEAR_GAIN, weight);
    }

    /** Uniform in {@code +-1 / sqrt(fan_in)}: the usual default of linear layers and their biases. */
    public static Tensor uniformFanIn(Generator generator, DType dtype, long fanIn, long... shape) {
        return uniform(generator, dtype, 1 / Math.sqrt(Math.max(1, fanIn)), Shape.of(shape));
    }

    /** Uniform in {@code +-sqrt(6 / (fan_in + fan_out))} (Glorot and Bengio 2010). */
    public static Tensor xavierUniform(Generator generator, DType dtype, long... weight) {
        Shape shape = Shape.of(weight);
        return uniform(generator, dtype, Math.sqrt(6 / (double) Math.max(1, fanIn(shape) + fanOut(shape))), shape);
    }

    /** Normal with variance {@code 2 / (fan_in + fan_out)} (Glorot and Bengio 2010). */
    public static Tensor xavierNormal(Generator generator, DType dtype, long... weight) {
        Shape shape = Shape.of(weight);
        return normal(generator, dtype, Math.sqrt(2 / (double) Math.max(1, fanIn(shape) + fanOut(shape))), weight);
    }

    /**
     * Normal with mean 0 of which only {@code -cut sd} to {@code cut sd} is kept, what lies outside being drawn again. At cut 2 its standard
     * deviation is 0.8796 sd.
     *
     * @param cut in standard deviations, above 0
     */
    public static Tensor truncatedNormal(Generator generator, DType dtype, double sd, double cut, long... shape) {
        if (!(sd >= 0) || Double.isInfinite(sd) || !(cut > 0)) {
            throw new IllegalArgumentException("truncatedNormal: sd is " + sd + " and cut " + cut + "; they must be finite, sd not negative, cut above 0");
        }
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Shape sizes = Shape.of(shape);
            double[] values = new double[Math.toIntExact(sizes.elements())];
            int filled = 0;
            while (filled < values.length) filled = candidates(generator, cut, values, filled);
            for (int i = 0; i < filled; i++) values[i] *= sd;
            return scope.keep(Tensors.of(dtype, values, shape));
        }
    }

    /** Appends those of one round of draws that are accepted, and returns how many there are now. */
    private static int candidates(Generator generator, double cut, double[] values, int filled) {
        long n = values.length - filled;
        boolean narrow = cut < Math.sqrt(Math.PI / 2); // where normal draws would miss more often than uniform ones are refused
        try (Scope scope = Scope.open()) {
            double[] draws = (narrow ? generator.uniform(DType.F64, Shape.of(n), -cut, cut) : generator.normal(DType.F64, n)).toDoubles();
            double[] chances = narrow ? generator.uniform(DType.F64, n).toDoubles() : null;
            for (int i = 0; i < n; i++) {
                boolean accepted = narrow ? chances[i] < Math.exp(-draws[i] * draws[i] / 2) : Math.abs(draws[i]) <= cut;
                if (accepted) values[filled++] = draws[i];
            }
        }
        return filled;
    }

    /**
     * A random orthogonal matrix [out, fan_in] times gain: orthonormal rows, or columns where there are more rows (Saxe, McClelland, Ganguli
     * 2014). It is the orthogonal factor {@code U V^T} of a normal matrix, which is uniformly distributed.
     */
    public static Tensor orthogonal(Generator generator, DType dtype, double gain, long... weight) {
        Shape shape = Shape.of(weight);
        if (shape.rank() < 2) throw new IllegalArgumentException("orthogonal: the weight " + shape + " must be [out, in, …]");
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.open()) {
            Linalg.Svd svd = Linalg.svd(generator.normal(DType.F64, shape.size(0), fanIn(shape)));
            return scope.keep(svd.u().matmul(svd.vt()).mul(gain).reshape(weight).to(dtype).contiguous());
        }
    }
}
