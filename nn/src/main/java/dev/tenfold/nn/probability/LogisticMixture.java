package dev.tenfold.nn.probability;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/**
 * Mixtures of logistics, continuous or rounded to {@link Bins} (T. Salimans et al. 2017, "PixelCNN++", without its coupling of channels):
 * {@code log p(x) = log sum_k exp(log softmax(logits)_k + log p_k(x))}. Parameters are [batch..., components].
 */
public final class LogisticMixture implements Distribution {
    private final Tensor logits;
    private final Tensor means;
    private final Tensor logScales;
    private final Bins bins;
    private final DType type;
    private final Shape parameters;
    private final Shape batch;

    private LogisticMixture(Tensor logits, Tensor means, Tensor logScales, Bins bins) {
        Parameters.requireLogits("LogisticMixture", logits);
        this.type = DType.promote(logits.dtype(), Parameters.type("LogisticMixture", means, logScales));
        Shape components = Shape.broadcast(means.shape(), logScales.shape(), "LogisticMixture, means and log-scales");
        this.parameters = Shape.broadcast(logits.shape(), components, "LogisticMixture, logits and means");
        this.batch = parameters.without(parameters.rank() - 1);
        this.logits = logits;
        this.means = means;
        this.logScales = logScales;
        this.bins = bins;
    }

    /** A mixture of densities. */
    public static LogisticMixture continuous(Tensor logits, Tensor means, Tensor logScales) {
        return new LogisticMixture(logits, means, logScales, null);
    }

    /** A mixture of rounded variables, of which {@code bins} are the values. */
    public static LogisticMixture discretised(Tensor logits, Tensor means, Tensor logScales, Bins bins) {
        return new LogisticMixture(logits, means, logScales, bins);
    }

    @Override
    public Shape batch() {
        return batch;
    }

    /** {@code sum_k softmax(logits)_k mean_k}: the mean before rounding. */
    public Tensor mean() {
        return logits.softmax(-1).mul(means).sum(-1).expand(batch);
    }

    /** Draws a component for each, then from that. */
    @Override
    public Tensor sample(Generator generator, long... count) {
        try (NoGrad region = NoGrad.open()) {
            long[] sizes = Parameters.sizes(count, parameters);
            Tensor component = generator.categorical(logits.detach().expand(sizes)).unsqueeze(-1);
            Tensor mean = means.expand(sizes).gather(-1, component).squeeze(-1);
            Tensor scale = logScales.expand(sizes).gather(-1, component).squeeze(-1).exp();
            Tensor x = generator.logistic(type, Parameters.sizes(count, batch)).mul(scale).add(mean);
            return bins == null ? x : DiscretisedLogistic.rounded(x, bins);
        }
    }

    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("LogisticMixture", value, batch);
        return mixed(value.unsqueeze(-1), logits, means, logScales);
    }

    /** The last dimension of all is that of the components. */
    private Tensor mixed(Tensor value, Tensor logits, Tensor means, Tensor logScales) {
        Tensor each = bins == null ? Logistic.logDensity(value, means, logScales) : DiscretisedLogistic.logMass("LogisticMixture", value, means, logScales, bins);
        return each.add(logits.logSoftmax(-1)).logSumExp(-1);
    }

    /**
     * By the sum over all bins where they have ends; of a continuous mixture by 161 points for each component, to 1e-3 where the
     * scales of overlapping components differ by less than a factor of 10.
     *
     * @throws UnsupportedOperationException when the bins have no ends: average {@code -logProbability} over samples
     */
    @Override
    public Tensor entropy() {
        if (bins == null) return densityEntropy();
        if (!bins.isBounded()) {
            throw new UnsupportedOperationException("LogisticMixture.entropy: over bins without ends it is not computed; average -logProbability over samples");
        }
        double[] values = bins.values();
        Tensor logs = mixed(Tensors.of(type, values, values.length, 1), logits.unsqueeze(-2), means.unsqueeze(-2), logScales.unsqueeze(-2));
        return logs.exp().mul(logs).sum(-1).neg().expand(batch);
    }

    /** {@code -sum_k softmax(logits)_k E_k log p}. */
    private Tensor densityEntropy() {
        Tensor surprise = Quadrature.LOGISTIC.expectation(type, means.expand(parameters), logScales.exp().expand(parameters),
                x -> mixed(x.unsqueeze(-1), logits.expand(parameters).unsqueeze(-2), means.expand(parameters).unsqueeze(-2), logScales.expand(parameters).unsqueeze(-2)).neg());
        return surprise.mul(logits.softmax(-1)).sum(-1);
    }
}
