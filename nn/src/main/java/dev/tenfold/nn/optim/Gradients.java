package dev.tenfold.nn.optim;

import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.FiniteScaling;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Norm;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;

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
        for (double sum : Norm.sumsOfSquares(of(parameters))) squares += sum;
        return Math.sqrt(squares);
    }

    private static List<Tensor> of(Collection<Parameter> parameters) {
        return parameters.stream().map(Parameter::grad).filter(Objects::nonNull).toList();
    }

    /**
     * Scales all gradients by one factor so that their {@link #norm(Collection)} is at most {@code largest}, and returns what it was.
     * Where it is infinite or NaN nothing is changed: a step with such gradients spoils the weights, {@link Optimiser#zeroGrad} drops them.
     */
    public static double clipNorm(Collection<Parameter> parameters, double largest) {
        if (!(largest > 0)) throw new IllegalArgumentException("clipNorm: the largest norm is " + largest + ", must be positive");
        double norm = norm(parameters);
        if (norm > largest && norm < Double.POSITIVE_INFINITY) replace(parameters, FiniteScaling.unchecked(of(parameters), largest / norm));
        return norm;
    }

    /** Brings every element of every gradient into {@code [-bound, bound]}. */
    public static void clipValue(Collection<Parameter> parameters, double bound) {
        if (!(bound > 0)) throw new IllegalArgumentException("clipValue: the bound is " + bound + ", must be positive");
        try (NoGrad region = NoGrad.open()) {
            replace(parameters, of(parameters).stream().map(g -> g.clamp(-bound, bound)).toList());
        }
    }

    /** Not in place: gradients of several parameters may share their memory. */
    private static void replace(Collection<Parameter> parameters, List<Tensor> gradients) {
        Iterator<Tensor> next = gradients.iterator();
        for (Parameter p : parameters) if (p.grad() != null) p.value().setGrad(next.next());
    }

    /** The 2-norm of each tensor, squares summed in f64. */
    static double[] norms(List<Tensor> tensors) {
        return DoubleStream.of(Norm.sumsOfSquares(tensors)).map(Math::sqrt).toArray();
    }
}
