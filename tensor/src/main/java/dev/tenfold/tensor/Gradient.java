package dev.tenfold.tensor;

import dev.tenfold.kernels.DType;

/** What {@link Operation#backward} sees: the incoming gradients, what was kept, and which gradients are wanted. */
public interface Gradient {
    /** The gradient of the objective with respect to output {@code i}; zeros when nothing depends on that output. */
    Tensor output(int i);

    /** {@link #output} of the first result. */
    default Tensor output() {
        return output(0);
    }

    /** Input {@code i}, if {@link Operation#savedInputs()} names it. */
    Tensor savedInput(int i);

    /** Output {@code i}, if {@link Operation#savedOutputs()} names it. */
    Tensor savedOutput(int i);

    /** True when the gradient of input {@code i} is wanted. */
    boolean needs(int i);

    /** How many inputs the operation had. */
    int inputs();

    /** The shape of input {@code i}. */
    Shape inputShape(int i);

    /** The element type of input {@code i}. */
    DType inputType(int i);
}
