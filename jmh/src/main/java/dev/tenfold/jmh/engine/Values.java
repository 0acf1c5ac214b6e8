package dev.tenfold.jmh.engine;

import dev.tenfold.jmh.Inputs;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Tensors with the values that the peers get too. */
final class Values {
    private Values() {
    }

    /** Uniform in [-bound, bound). */
    static Tensor uniform(long seed, float bound, long... shape) {
        return Tensors.of(Inputs.uniform(Shape.of(shape).elements(), seed, bound), shape);
    }

    /** {@code copies} tensors, to be walked through in turn. */
    static Tensor[] uniforms(int copies, long seed, long... shape) {
        Tensor[] tensors = new Tensor[copies];
        for (int i = 0; i < copies; i++) tensors[i] = uniform(seed + i, 1, shape);
        return tensors;
    }

    /** Leaves of the same memory that ask for their gradients, of the innermost scope. */
    static Tensor[] leaves(Tensor... tensors) {
        Tensor[] leaves = new Tensor[tensors.length];
        for (int i = 0; i < leaves.length; i++) leaves[i] = tensors[i].detach().requiresGrad(true);
        return leaves;
    }

    /** A benchmark that does only half of its work is an error. */
    static void requireGradients(Tensor... leaves) {
        for (Tensor leaf : leaves) if (leaf.grad() == null) throw new IllegalStateException("the gradient of " + leaf.shape() + " is missing");
    }
}
