package dev.tenfold.autograd;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Gradients of recorded computations, and the functional forms built on them.
 *
 * <p>Operations on tensors that {@linkplain Tensor#requiresGrad(boolean) require a gradient} are recorded by the thread that
 * runs them, until the result's graph is walked once (it is then freed, unless retained) or its scope ends.
 * Results belong to the innermost open scope.
 */
public final class Autograd {
    /** How a gradient is computed. */
    public record Options(boolean createGraph, boolean retainGraph, boolean allowUnused) {
        /** First order, the graph is freed, an input that the output does not depend on is an error. */
        public static final Options DEFAULT = new Options(false, false, false);
        /** The gradient is recorded, so that it can be differentiated again; the graph stays. */
        public static final Options CREATE_GRAPH = new Options(true, true, false);
        /** The graph stays for another walk. */
        public static final Options RETAIN_GRAPH = new Options(false, true, false);

        /** These options, with zeros for inputs that the output does not depend on. */
        public Options allowingUnused() {
            return new Options(createGraph, retainGraph, true);
        }
    }

    private Autograd() {
    }

    /**
     * Adds the gradient of the scalar {@code loss} to {@link Tensor#grad()} of every leaf it depends on, and frees the graph, each
     * operation's part as soon as it is used. After an exception, such as for want of memory, gradients may have arrived at some leaves:
     * drop them all and compute the loss again.
     *
     * @throws IllegalArgumentException when {@code loss} has more than one element
     * @throws IllegalStateException    when there is no gradient path, the graph was freed, or a saved value was changed
     */
    public static void backward(Tensor loss) {
        requireScalar(loss, "backward");
        backward(loss, null, false);
    }

    /** As {@link #backward(Tensor)}, from {@code gradient} (null: one), the graph kept when {@code retainGraph}. */
    public static void backward(Tensor output, Tensor gradient, boolean retainGraph) {
        try (Scope scope = Scope.open()) {
            Backward walk = new Backward(null, false, retainGraph);
            walk.seed(output, gradient == null ? Tensors.onesLike(output) : gradient);
            walk.run();
            for (Map.Entry<Tensor, Tensor> entry : walk.leafGradients().entrySet()) accumulate(entry.getKey(), entry.getValue());
        }
    }

    private static void accumulate(Tensor leaf, Tensor gradient) {
        Tensor own = gradient;
        if (leaf.grad() != null) {
            own = leaf.grad().add(gradient);
            gradient.close();
        } else if (!gradient.isDense()) {
            own = gradient.copy();
            gradient.close();
        }
        leaf.setGrad(own);
    }

    /** The gradients of the scalar {@code output} with respect to {@code inputs}; the graph is freed. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs) {
        return grad(output, inputs, Options.DEFAULT);
    }

    /** The gradients of the scalar {@code output} with respect to {@code inputs}. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs, Options options) {
        requireScalar(output, "grad");
        return grad(List.of(output), List.of(Tensors.onesLike(output)), inputs, options);
    }

    /**
     * {@code sum_k seeds[k]^T d outputs[k] / d inputs[i]} for every input i: leaves or inner results of the graph.
     *
     * @throws IllegalStateException when an output does not depend on an input and unused inputs are not allowed
     */
    public static List<Tensor> grad(List<Tensor> outputs, List<Tensor> seeds, List<Tensor> inputs, Options options) {
        if (outputs.size() != seeds.size()) {
            throw new IllegalArgumentException("grad: " + outputs.size() + " outputs, but " + seeds.size() + " seeds");
        }
        for (int i = 0; i < inputs.size(); i++) {
            if (!inputs.get(i).requiresGrad()) {
                throw new IllegalStateException("grad: input " + i + " " + inputs.get(i).shape() + " does not require a gradient; call requiresGrad(true) before computing with it");
            }
        }
        Backward walk = new Backward(inputs, options.createGraph(), options.retainGraph());
        for (int i = 0; i < outputs.size(); i++) walk.seed(outputs.get(i), seeds.get(i));
        walk.run();
        List<Tensor> results = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor gradient = walk.gradientOf(inputs.get(i));
            if (gradient == null) {
                if (!options.allowUnused()) {
                    throw new IllegalStateException("grad: no gradient path from the output to input " + i + " " + inputs.get(i).shape()
                            + "; use Options.allowingUnused() for zeros");
                }
                results.add(Tensors.zerosLike(inputs.get(i)));
            } else {
                results.add(options.createGraph() ? gradient : handedOver(gradient));
            }
        }
        return results;
    }

    /** The walk's own handle becomes one of the caller's scope. */
    private static Tensor handedOver(Tensor gradient) {
        Tensor handle = gradient.alias();
        gradient.close();
        return handle;
    }

    /**
     * A function's value and its vector-Jacobian product.
     *
     * @param value     {@code f(x)}
     * @param gradients {@code v^T J}, one per input
     */
    public record Vjp(Tensor value, List<Tensor> gradients) {
    }

    /** {@code f(x)} and {@code v^T df/dx} for each input. */
    public static Vjp vjp(Function<List<Tensor>, Tensor> f, List<Tensor> inputs, Tensor v) {
        List<Tensor> leaves = leaves(inputs);
        Tensor value = f.apply(leaves);
        List<Tensor> gradients = grad(List.of(value), List.of(v), leaves, Options.DEFAULT.allowingUnused());
        return new Vjp(value.detach(), gradients);
    }

    /**
     * {@code df/dx tangent}: the directional derivative, as the gradient of a vector-Jacobian product with respect to its
     * vector (J. Townsend 2017, "A new trick for calculating Jacobian vector products").
     */
    public static Tensor jvp(UnaryOperator<Tensor> f, Tensor x, Tensor tangent) {
        requireSameShape(x, tangent, "jvp");
        Tensor leaf = x.detach().requiresGrad(true);
        Tensor value = f.apply(leaf);
        if (!value.requiresGrad()) return Tensors.zerosLike(value);
        Tensor dummy = Tensors.zerosLike(value).requiresGrad(true);
        Tensor pulled = grad(List.of(value), List.of(dummy), List.of(leaf), Options.CREATE_GRAPH.allowingUnused()).getFirst();
        if (!pulled.requiresGrad()) return Tensors.zerosLike(value);
        return grad(List.of(pulled), List.of(tangent), List.of(dummy), Options.DEFAULT.allowingUnused()).getFirst();
    }

    /** The Hessian of the scalar function {@code f} at {@code x} times {@code v}. */
    public static Tensor hvp(UnaryOperator<Tensor> f, Tensor x, Tensor v) {
        requireSameShape(x, v, "hvp");
        Tensor leaf = x.detach().requiresGrad(true);
        Tensor value = f.apply(leaf);
        requireScalar(value, "hvp");
        Tensor gradient = grad(value, List.of(leaf), Options.CREATE_GRAPH.allowingUnused()).getFirst();
        if (!gradient.requiresGrad()) return Tensors.zerosLike(x);
        return grad(List.of(gradient), List.of(v), List.of(leaf), Options.DEFAULT.allowingUnused()).getFirst();
    }

    /** The Jacobian [elements of f(x), elements of x], a row per output element: for small problems. */
    public static Tensor jacobian(UnaryOperator<Tensor> f, Tensor x) {
        try (Device.Use there = x.device().use()) {
            return jacobianThere(f, x);
        }
    }

    private static Tensor jacobianThere(UnaryOperator<Tensor> f, Tensor x) {
        Tensor leaf = x.detach().requiresGrad(true);
        Tensor value = f.apply(leaf);
        long rows = value.elements();
        Tensor jacobian = Tensors.zeros(x.dtype(), rows, x.elements());
        if (!value.requiresGrad()) return jacobian;
        for (long i = 0; i < rows; i++) {
            try (Scope scope = Scope.open()) {
                double[] unit = new double[(int) rows];
                unit[(int) i] = 1;
                Tensor seed = Tensors.of(value.dtype(), unit, value.shape().sizes());
                Tensor row = grad(List.of(value), List.of(seed), List.of(leaf), Options.RETAIN_GRAPH.allowingUnused()).getFirst();
                jacobian.select(0, i).copyFrom(row.flatten());
            }
        }
        return jacobian;
    }

    private static List<Tensor> leaves(List<Tensor> inputs) {
        List<Tensor> leaves = new ArrayList<>();
        for (Tensor input : inputs) {
            Tensor leaf = input.detach();
            if (leaf.dtype().isFloating()) leaf.requiresGrad(true);
            leaves.add(leaf);
        }
        return leaves;
    }

    private static void requireScalar(Tensor output, String operation) {
        if (output.elements() != 1) {
            throw new IllegalArgumentException(operation + ": the output has shape " + output.shape()
                    + "; it must have one element (sum or mean it, or give the incoming gradient)");
        }
    }

    private static void requireSameShape(Tensor x, Tensor v, String operation) {
        Shape a = x.shape();
        if (!a.equals(v.shape())) throw new IllegalArgumentException(operation + ": x is " + a + " but v is " + v.shape());
        if (x.dtype() == DType.F16 || x.dtype() == DType.BF16) {
            throw new IllegalArgumentException(operation + ": " + x.dtype() + " loses the derivative's digits; convert to f32 or f64");
        }
    }
}
