package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.op.Window;
import java.util.function.UnaryOperator;

/** A module without state: an activation, a pooling, a change of shape. */
public final class Function extends Module {
    private final UnaryOperator<Tensor> function;

    public Function(UnaryOperator<Tensor> function) {
        this.function = function;
    }

    // ---- activations ----

    public static Function relu() {
        return new Function(Tensor::relu);
    }

    /** {@code x > 0 ? x : slope x} (Maas, Hannun, Ng 2013). */
    public static Function leakyRelu(double slope) {
        return new Function(x -> x.leakyRelu(slope));
    }

    /** {@code x > 0 ? x : alpha (exp(x) - 1)} (Clevert, Unterthiner, Hochreiter 2016). */
    public static Function elu(double alpha) {
        return new Function(x -> x.elu(alpha));
    }

    /** {@code x Phi(x)} (Hendrycks and Gimpel 2016). */
    public static Function gelu() {
        return new Function(Tensor::gelu);
    }

    /** {@code x sigmoid(x)}, also called swish (Elfwing, Uchibe, Doya 2018). */
    public static Function silu() {
        return new Function(Tensor::silu);
    }

    public static Function tanh() {
        return new Function(Tensor::tanh);
    }

    public static Function sigmoid() {
        return new Function(Tensor::sigmoid);
    }

    /** {@code log(1 + exp(x))}. */
    public static Function softplus() {
        return new Function(Tensor::softplus);
    }

    /** Along the last dimension. */
    public static Function softmax() {
        return new Function(x -> x.softmax(-1));
    }

    public static Function identity() {
        return new Function(x -> x);
    }

    // ---- shapes ----

    /** [n, …] to [n, product]. */
    public static Function flatten() {
        return new Function(x -> x.flattenFrom(1));
    }

    // ---- pooling ----

    public static Function maxPool(int size, int stride, int padding) {
        return maxPool(size, size, Window.square(stride, padding, 1));
    }

    public static Function maxPool(int rows, int columns, Window window) {
        return new Function(x -> Convolutions.maxPool2d(x, rows, columns, window));
    }

    /** Padding counts as zeros. */
    public static Function averagePool(int size, int stride, int padding) {
        return averagePool(size, size, Window.square(stride, padding, 1), true);
    }

    /** {@code countPadding}: whether padding counts as zeros or not at all. */
    public static Function averagePool(int rows, int columns, Window window, boolean countPadding) {
        return new Function(x -> Convolutions.averagePool2d(x, rows, columns, window, countPadding));
    }

    /** [n, c, h, w] to [n, c, height, width], whatever h and w are. */
    public static Function adaptiveAveragePool(int height, int width) {
        return new Function(x -> Convolutions.adaptiveAveragePool2d(x, height, width));
    }

    /** [n, c, h, w] to [n, c]. */
    public static Function globalAveragePool() {
        return new Function(x -> x.mean(2, 3));
    }

    /** [n, c, h, w] to [n, c]. */
    public static Function globalMaxPool() {
        return new Function(x -> x.max(2, 3));
    }

    @Override
    public Tensor forward(Tensor x) {
        return function.apply(x);
    }
}
