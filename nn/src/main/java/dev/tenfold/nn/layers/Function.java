package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Tensor;
import java.util.function.UnaryOperator;

/** A module without state: an activation, a pooling, a change of shape. */
public final class Function extends Module {
    private final UnaryOperator<Tensor> function;

    public Function(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    public static Function relu() {
        return new Function(Tensor::relu);
    }

    public static Function tanh() {
        return new Function(Tensor::tanh);
    }

    public static Function gelu() {
        return new Function(Tensor::gelu);
    }

    /** [n, …] to [n, product]. */
    public static Function flatten() {
        return new Function(x -> x.flattenFrom(1));
    }

    public static Function maxPool(int size, int stride, int padding) {
        return new Function(x -> Convolutions.maxPool2d(x, size, stride, padding));
    }

    public static Function averagePool(int size, int stride, int padding) {
        return new Function(x -> Convolutions.averagePool2d(x, size, stride, padding));
    }

    /** [n, c, h, w] to [n, c]. */
    public static Function globalAveragePool() {
        return new Function(x -> x.mean(2, 3));
    }

    @Override
    public Tensor forward(Tensor x) {
        return function.apply(x);
    }
}
