package dev.tenfold.methods.attack;

import dev.tenfold.tensor.Tensor;

/** What is attacked: a differentiable classifier with fixed parameters, in evaluation mode. */
public interface Victim {
    /** The network's outputs [n, width] for inputs x [n, ...] in the units of the {@link Ball}: pixels, not normalised values. */
    Tensor outputs(Tensor x);

    /** The class scores [n, classes] of outputs; the largest is the answer. */
    Tensor scores(Tensor outputs);
}
