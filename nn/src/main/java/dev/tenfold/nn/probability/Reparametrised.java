package dev.tenfold.nn.probability;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;

/**
 * A distribution whose draws are a differentiable function of the parameters and of noise that does not depend on them (D. Kingma and M. Welling
 * 2014, "Auto-encoding variational Bayes").
 */
public interface Reparametrised extends Distribution {
    /** Draws [count..., batch...] through which gradients reach the parameters; the numbers are those of {@link #sample}. */
    Tensor reparametrisedSample(Generator generator, long... count);

    @Override
    default Tensor sample(Generator generator, long... count) {
        try (NoGrad region = NoGrad.open()) {
            return reparametrisedSample(generator, count);
        }
    }
}
