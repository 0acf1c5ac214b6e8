package dev.tenfold.nn.optim;

import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Norm;
import java.util.Collection;
import java.util.function.UnaryOperator;

/**
 * The gradients of several parameters taken together, between backward and the optimiser's step. Parameters without a gradient are
 * passed over.
 *
 * <pre>{@code
 * Autograd.backward(loss);
 * double norm = Gradients.clipNorm(optimiser.parameters().values(), 5);
 * optimiser.step();
 * }</pre>
 */
public final class Gradients {
    private Gradients() {
    }

    /** The 2-norm of all gradients as one vector: squares are summed in f64, for each tensor by a fixed tree, tensors in order. */
    public static double norm(Collection<Parameter> parameters) {
        double squares = 0;
        for (Parameter p : parameters) if (p.grad() != null) squares += Norm.sumOfSquares(p.grad());
        return Math.sqrt(squares);
    }

    /**
     * Scales all gradients by one factor so that their {@link #norm(Collection)} is at most {@code largest}, and returns what it was.
     * Where it is infinite or NaN nothing is changed: a step with such gradients spoils the weights, {@link Optimiser#zeroGrad} drops them.
     */
    public static double clipNorm(Collection<Parameter> parameters, double largest) {
        if (!(largest > 0)) throw new IllegalArgumentException("clipNorm: the largest norm is " + largest + ", must be positive");
        double norm = norm(parameters);
        if (norm > largest && norm < Double.POSITIVE_INFINITY) replace(parameters, g -> g.mul(largest / norm));
        return norm;
    }

    /** Brings every element of every gradient into {@code [-bound, bound]}. */
    public static void clipValue(Collection<Parameter> parameters, double bound) {
        if (!(bound > 0)) throw new IllegalArgumentException("clipValue: the bound is " + bound + ", must be positive");
        replace(parameters, g -> g.clamp(-bound, bound));
    }

    /** Not in place: gradients of several parameters may share their memory. */
    private static void replace(Collection<Parameter> parameters, UnaryOperator<Tensor> change) {
        try (NoGrad region = NoGrad.open()) {
            for (Parameter p : parameters) if (p.grad() != null) p.value().setGrad(change.apply(p.grad()));
        }
    }

    /** The 2-norm of one tensor, squares summed in f64. */
    static double norm(Tensor x) {
        return Math.sqrt(Norm.sumOfSquares(x));
    }
}
