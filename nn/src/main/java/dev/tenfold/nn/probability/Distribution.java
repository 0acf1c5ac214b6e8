package dev.tenfold.nn.probability;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

/** A batch of distributions. Results belong to the innermost scope and are differentiable in the parameters, except for samples. */
public interface Distribution {
    /** The shape of the batch: of one draw. */
    Shape batch();

    /** Independent draws [count..., batch...]; without a count, one draw. No gradient. */
    Tensor sample(Generator generator, long... count);

    /**
     * The logarithm of the density, or of the probability where values are discrete, at {@code value}, which broadcasts with the batch.
     *
     * @throws IllegalArgumentException when the shapes do not broadcast
     */
    Tensor logProbability(Tensor value);

    /** The entropy {@code -E log p} of each distribution, [batch...]: in closed form unless the class says how it is approximated. */
    Tensor entropy();
}
