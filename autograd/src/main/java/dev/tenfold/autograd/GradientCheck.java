package dev.tenfold.autograd;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Compares gradients with central finite differences in f64. The function's result is reduced by
 * {@code mean(exp(tanh(y)) w)} with fixed uneven weights w, so that the incoming gradient is never constant.
 */
public final class GradientCheck {
    private static final double STEP = 1e-5;

    /** A gradient that does not agree with finite differences. */
    public static final class Mismatch extends AssertionError {
        private static final long serialVersionUID = 1L;

        Mismatch(String message) {
            super(message);
        }
    }

    private GradientCheck() {
    }

    /** First order, relative tolerance 1e-6. */
    public static void check(Function<List<Tensor>, Tensor> f, List<Tensor> inputs) {
        check(f, inputs, 1, 1e-6);
    }

    /**
     * Checks the gradients of {@code f} with respect to every f64 input.
     *
     * @param order     1, or 2 to check the gradients' gradients as well
     * @param tolerance allowed {@code |analytic - numeric| / max(1, |analytic|, |numeric|)}
     * @throws IllegalArgumentException when no input is f64
     * @throws Mismatch                 naming order, input, element and both values
     */
    public static void check(Function<List<Tensor>, Tensor> f, List<Tensor> inputs, int order, double tolerance) {
        check(f, inputs, order, tolerance, inputs.isEmpty() ? Device.CPU : inputs.getFirst().device());
    }

    /**
     * As {@link #check(Function, List, int, double)}, with the finite differences on another device: {@code f} runs on both, and its gradients on one
     * are held against its values on the other.
     */
    public static void check(Function<List<Tensor>, Tensor> f, List<Tensor> inputs, int order, double tolerance, Device differences) {
        if (inputs.stream().noneMatch(t -> t.dtype() == DType.F64)) {
            throw new IllegalArgumentException("GradientCheck: no input is f64; finite differences need double precision");
        }
        Function<List<Tensor>, Tensor> scalar = leaves -> reduce(f.apply(leaves));
        compare(scalar, inputs, "first", tolerance, differences);
        if (order >= 2) {
            compare(leaves -> reduce(gradientSum(scalar, leaves)), inputs, "second", tolerance * 10, differences);
        }
    }

    private static Tensor reduce(Tensor y) {
        Tensor flat = y.to(DType.F64).flatten();
        int n = (int) flat.elements();
        if (n == 0) return flat.sum();
        double[] weights = new double[n];
        for (int i = 0; i < n; i++) weights[i] = 1 + 0.5 * Math.sin(1 + 2.3 * i);
        return flat.tanh().exp().mul(Tensors.of(weights).to(flat.device())).sum().div(n);
    }

    private static Tensor gradientSum(Function<List<Tensor>, Tensor> scalar, List<Tensor> leaves) {
        List<Tensor> wanted = leaves.stream().filter(Tensor::requiresGrad).toList();
        Tensor value = scalar.apply(leaves);
        Tensor total = value.mul(0.1);
        int k = 0;
        for (Tensor g : Autograd.grad(value, wanted, Autograd.Options.CREATE_GRAPH.allowingUnused())) {
            total = total.add(reduce(g.mul(1 + 0.3 * k++)));
        }
        return total;
    }

    private static void compare(Function<List<Tensor>, Tensor> scalar, List<Tensor> inputs, String order, double tolerance, Device differences) {
        try (Scope scope = Scope.open()) {
            List<Tensor> leaves = new ArrayList<>();
            for (Tensor input : inputs) leaves.add(input.dtype() == DType.F64 ? input.copy().detach().requiresGrad(true) : input);
            List<Tensor> wanted = leaves.stream().filter(Tensor::isLeaf).toList();
            Tensor value = scalar.apply(leaves);
            if (!value.requiresGrad()) throw new Mismatch(order + " gradient: the result is not connected to any input");
            List<Tensor> analytic = Autograd.grad(value, wanted, Autograd.Options.DEFAULT.allowingUnused());
            List<Tensor> there = inputs.stream().map(input -> input.to(differences)).toList();
            try (Device.Use use = differences.use()) {
                for (int i = 0; i < wanted.size(); i++) {
                    compareInput(scalar, there, leaves.indexOf(wanted.get(i)), analytic.get(i).toDoubles(), order, tolerance);
                }
            }
        }
    }

    private static void compareInput(Function<List<Tensor>, Tensor> scalar, List<Tensor> inputs, int which, double[] analytic,
                                     String order, double tolerance) {
        double[] at = inputs.get(which).toDoubles();
        for (int k = 0; k < at.length; k++) {
            double h = STEP * Math.max(1, Math.abs(at[k]));
            // Five points: the error falls as h^4, so that 1e-6 is within reach for curved functions.
            double numeric = (8 * (value(scalar, inputs, which, at, k, h) - value(scalar, inputs, which, at, k, -h))
                    - (value(scalar, inputs, which, at, k, 2 * h) - value(scalar, inputs, which, at, k, -2 * h))) / (12 * h);
            double scale = Math.max(1, Math.max(Math.abs(analytic[k]), Math.abs(numeric)));
            if (!(Math.abs(analytic[k] - numeric) <= tolerance * scale)) {
                throw new Mismatch(String.format(Locale.ROOT, "%s gradient of input %d %s, element %d: analytic %.10g, finite difference %.10g",
                        order, which, inputs.get(which).shape(), k, analytic[k], numeric));
            }
        }
    }

    private static double value(Function<List<Tensor>, Tensor> scalar, List<Tensor> inputs, int which, double[] at, int k, double h) {
        try (Scope scope = Scope.open(); NoGrad region = NoGrad.recording()) {
            double[] moved = at.clone();
            moved[k] += h;
            List<Tensor> point = new ArrayList<>(inputs);
            // Recording stays on, since a second-order function differentiates inside.
            point.set(which, Tensors.of(moved, inputs.get(which).shape().sizes()).requiresGrad(true));
            for (int i = 0; i < point.size(); i++) {
                if (i != which && point.get(i).dtype() == DType.F64) point.set(i, point.get(i).detach().requiresGrad(true));
            }
            return scalar.apply(point).item();
        }
    }
}
