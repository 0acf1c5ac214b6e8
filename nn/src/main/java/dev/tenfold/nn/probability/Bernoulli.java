package dev.tenfold.nn.probability;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** 1 with probability {@code sigmoid(logits)}, otherwise 0; values have the type of the logits. */
public final class Bernoulli implements Distribution {
    private final Tensor logits;

    /** By log-odds. */
    public Bernoulli(Tensor logits) {
        if (!logits.dtype().isFloating()) throw new IllegalArgumentException("Bernoulli: logits are " + logits.dtype() + " " + logits.shape() + "; they must be floating");
        this.logits = logits;
    }

    @Override
    public Shape batch() {
        return logits.shape();
    }

    /** The probability of 1. */
    public Tensor mean() {
        return logits.sigmoid();
    }

    /** The more probable value. */
    public Tensor mode() {
        return logits.detach().gt(0).to(logits.dtype());
    }

    /** By inversion: 1 where uniform noise lies below the probability. */
    @Override
    public Tensor sample(Generator generator, long... count) {
        try (NoGrad region = NoGrad.open()) {
            return generator.uniform(logits.dtype().compute(), Parameters.sizes(count, batch())).lt(logits.sigmoid()).to(logits.dtype());
        }
    }

    /** {@code x log p + (1 - x) log(1 - p)}; x may be bool, an integer or a soft target in [0, 1]. */
    @Override
    public Tensor logProbability(Tensor value) {
        Parameters.requireValue("Bernoulli", value, batch());
        return logits.mul(value).sub(logits.softplus());
    }

    @Override
    public Tensor entropy() {
        return logits.sigmoid().mul(logits.neg().softplus()).add(logits.neg().sigmoid().mul(logits.softplus()));
    }

    /** The divergence KL(this || other). */
    public Tensor kl(Bernoulli other) {
        Tensor ones = logits.logSigmoid().sub(other.logits.logSigmoid());
        Tensor zeros = other.logits.softplus().sub(logits.softplus());
        return logits.sigmoid().mul(ones).add(logits.neg().sigmoid().mul(zeros));
    }
}
