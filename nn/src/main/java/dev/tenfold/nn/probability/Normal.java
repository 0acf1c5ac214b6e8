package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/**
 * Normal distributions, {@code log p(x) = -((x - mean) / scale)^2 / 2 - log scale - log(2 pi) / 2}; a diagonal Gaussian when summed over a
 * dimension. The logarithm of the scale may go to about -80 and 80 in f32, -700 and 700 in f64.
 */
public final class Normal implements Reparametrised {
    private static final double HALF_LOG_2_PI = 0.5 * Math.log(2 * Math.PI);

    private final Tensor mean;
    private final Tensor scale;
    private final Tensor logScale;
    private final DType type;
    private final Shape batch;

    private Normal(Tensor mean, Tensor scale, Tensor logScale) {
        this.type = Parameters.type("Normal", mean, scale);
        this.batch = Shape.broadcast(mean.shape(), scale.shape(), "Normal, mean and scale");
        this.mean = mean;
        this.scale = scale;
        this.logScale = logScale;
    }

    /**
     * By means and standard deviations.
     *
     * @throws IllegalArgumentException when shapes do not broadcast, types are not floating or a standard deviation is not positive
     */
    public static Normal of(Tensor mean, Tensor scale) {
        Parameters.type("Normal", mean, scale);
        Parameters.requirePositive("Normal", "the standard deviation", scale);
        return new Normal(mean, scale, scale.log());
    }

    /** By means and logarithms of standard deviations, as networks give them. */
    public static Normal ofLogScale(Tensor mean, Tensor logScale) {
        Parameters.type("Normal", mean, logScale);
        return new Normal(mean, logScale.exp(), logScale);
    }

    @Override
    public Shape batch() {
        return batch;
    }

    DType type() {
        return type;
    }

    /** The mean, which is the mode and the median too. */
    public Tensor mean() {
        return mean.expand(batch);
    }

    /** The standard deviation. */
    public Tensor scale() {
        return scale.expand(batch);
    }

    @Override
    public Tensor reparametrisedSample(Generator generator, long... count) {
        return generator.normal(type, Parameters.sizes(count, batch)).mul(scale).add(mean);
    }

    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("Normal", value, batch);
        return value.sub(mean).div(scale).square().mul(-0.5).sub(logScale).sub(HALF_LOG_2_PI);
    }

    @Override
    public Tensor entropy() {
        return logScale.add(0.5 + HALF_LOG_2_PI).expand(batch);
    }

    /** The divergence KL(this || other) {@code = ((s / t)^2 - 1) / 2 - log(s / t) + ((m - n) / t)^2 / 2} of scales s, t and means m, n. */
    public Tensor kl(Normal other) {
        Tensor ratio = logScale.sub(other.logScale);
        Tensor distance = mean.sub(other.mean).div(other.scale);
        return ratio.mul(2).expm1().mul(0.5).sub(ratio).add(distance.square().mul(0.5));
    }
}
