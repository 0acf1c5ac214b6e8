package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/**
 * Logistic distributions, {@code F(x) = sigmoid(z)} with {@code z = (x - mean) / scale}: {@code log p(x) = -z - 2 softplus(-z) - log scale}.
 * The logarithm of the scale may go to about -80 and 80 in f32, -700 and 700 in f64.
 */
public final class Logistic implements Reparametrised {
    private final Tensor mean;
    private final Tensor logScale;
    private final DType type;
    private final Shape batch;

    /** By means and logarithms of scales; a scale s has the standard deviation {@code s pi / sqrt 3}. */
    public Logistic(Tensor mean, Tensor logScale) {
        this.type = Parameters.type("Logistic", mean, logScale);
        this.batch = Shape.broadcast(mean.shape(), logScale.shape(), "Logistic, mean and log-scale");
        this.mean = mean;
        this.logScale = logScale;
    }

    @Override
    public Shape batch() {
        return batch;
    }

    /** The mean, which is the mode and the median too. */
    public Tensor mean() {
        return mean.expand(batch);
    }

    @Override
    public Tensor reparametrisedSample(Generator generator, long... count) {
        return generator.logistic(type, Parameters.sizes(count, batch)).mul(logScale.exp()).add(mean);
    }

    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("Logistic", value, batch);
        return logDensity(value, mean, logScale);
    }

    static Tensor logDensity(Tensor value, Tensor mean, Tensor logScale) {
        Tensor z = value.sub(mean).mul(logScale.neg().exp());
        return z.logSigmoid().add(z.neg().logSigmoid()).sub(logScale);
    }

    /** {@code log F(x)}. */
    public Tensor logCdf(Tensor value) {
        Parameters.requireValue("Logistic", value, batch);
        return value.sub(mean).mul(logScale.neg().exp()).logSigmoid();
    }

    /** {@code log scale + 2}. */
    @Override
    public Tensor entropy() {
        return logScale.add(2).expand(batch);
    }
}
