package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Tensor;
import java.util.stream.IntStream;

/**
 * A linear or convolutional layer whose weight is learned as length and direction (Salimans and Kingma 2016): {@code w = g v / |v|} for each
 * output. Parameters {@code weight_g} [out], {@code weight_v} of the weight's shape and, as the layer has it, {@code bias}. It starts as the
 * layer that it takes over: v is the layer's weight and g its length, whatever the data.
 */
public final class WeightNorm extends Module {
    /** The layer's result on x with a weight and a bias (or null). */
    private interface Map {
        Tensor apply(Tensor x, Tensor weight, Tensor bias);
    }

    private final Parameter length;
    private final Parameter direction;
    private final Parameter bias;
    private final Map map;

    private WeightNorm(Parameter weight, Parameter bias, Map map) {
        Tensor start = weight.value().detach();
        length = parameter("weight_g", lengths(start).flatten());
        direction = parameter("weight_v", start.copy());
        this.bias = bias == null ? null : parameter("bias", bias.value().detach().copy());
        this.map = map;
    }

    /** Takes over the values of {@code layer}, which is closed. */
    public static WeightNorm of(Linear layer) {
        try (layer) {
            return new WeightNorm(layer.weight(), layer.namedParameters().get("bias"), Tensor::linear);
        }
    }

    /** Takes over the values of {@code layer}, which is closed. */
    public static WeightNorm of(Conv2d layer) {
        Filter filter = layer.filter();
        try (layer) {
            return new WeightNorm(layer.weight(), layer.bias(), (x, weight, bias) -> Convolutions.conv2d(x, weight, bias, filter.window(), filter.groups()));
        }
    }

    /** {@code |v|} of every output, over all dimensions but the first, which stay as size 1. */
    private static Tensor lengths(Tensor v) {
        return v.square().sumKeep(IntStream.range(1, v.rank()).toArray()).sqrt();
    }

    /** The weight as it is used: [out, …]. */
    public Tensor weight() {
        Tensor v = direction.value();
        Tensor norm = lengths(v);
        return v.mul(length.value().reshape(norm.shape().sizes()).div(norm));
    }

    @Override
    public Tensor forward(Tensor x) {
        return map.apply(x, weight(), bias == null ? null : bias.value());
    }
}
