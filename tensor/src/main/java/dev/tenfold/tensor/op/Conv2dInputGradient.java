package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Convolution;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Convolving;
import java.util.List;

/**
 * The adjoint of {@link Conv2d} with respect to its input, also called transposed convolution: dy [n, k, oh, ow] and weight
 * [k, c / groups, r, s] give dx [n, c, h, w],
 * {@code dx[n, c, a, b] = sum over k, p, q with a = i strideH + p dilationH - padH, b = j strideW + q dilationW - padW of dy[n, k, i, j] weight[k, c, p, q]}.
 *
 * @param height the size h, which the stride leaves open
 * @param width  the size w
 */
public record Conv2dInputGradient(Window window, int groups, long height, long width) implements Operation {
    @Override
    public String name() {
        return "conv2dInputGradient";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape dy = inputs[0].shape();
        Shape weight = inputs[1].shape();
        if (dy.rank() != 4 || weight.rank() != 4) {
            throw new IllegalArgumentException(name() + ": dy " + dy + " and weight " + weight + " must be [n, k, oh, ow] and [k, c / groups, r, s]");
        }
        Shape x = Shape.of(dy.size(0), weight.size(1) * groups, height, width);
        Convolution.Geometry g = window.geometry(name(), x, weight, groups);
        if (dy.size(1) != g.k() || dy.size(2) != g.outH() || dy.size(3) != g.outW()) {
            throw new IllegalArgumentException(name() + ": dy " + dy + " does not fit: a plane of " + height + "x" + width + " and weight " + weight
                    + " give [n, " + g.k() + ", " + g.outH() + ", " + g.outW() + "]");
        }
        return new Tensor[] {Single.onTensors(name(), inputs, x, (in, out) -> Convolving.inputGradient(g, in[0], in[1], out))};
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor gx = gradient.output();
        Tensor[] results = new Tensor[2];
        if (gradient.needs(0)) results[0] = Operation.apply(new Conv2d(window, groups), gx, gradient.savedInput(1));
        if (gradient.needs(1)) {
            Shape weight = gradient.inputShape(1);
            results[1] = Operation.apply(new Conv2dWeightGradient(window, groups, weight.size(2), weight.size(3)), gx, gradient.savedInput(0));
        }
        return results;
    }

    static List<Sample> samples() {
        return List.of(
                sample("3x3", new Conv2dInputGradient(Window.square(1, 1, 1), 1, 4, 5), new long[] {2, 3, 4, 5}, new long[] {3, 2, 3, 3}),
                sample("stride with a remainder", new Conv2dInputGradient(Window.square(2, 1, 1), 1, 6, 6), new long[] {1, 2, 3, 3}, new long[] {2, 2, 3, 3}),
                sample("groups and dilation", new Conv2dInputGradient(Window.square(1, 2, 2), 2, 5, 5), new long[] {1, 4, 5, 5}, new long[] {4, 1, 3, 3})
                        .large(Sample.Input.real(7, 32, 5, 5), Sample.Input.real(32, 16, 3, 3)));
    }

    // Padding and dilation multiply zeros by weights that are not finite, and give NaN.
    private static Sample sample(String label, Conv2dInputGradient operation, long[] dy, long[] weight) {
        return Sample.of(label, in -> Operation.apply(operation, in.get(0), in.get(1)), Sample.Input.real(dy), Sample.Input.real(weight)).without(Sample.Promise.NOT_FINITE);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other plane", List.of("conv2dInputGradient: dy [2, 3, 4, 4] does not fit", "[n, 3, 4, 5]"),
                        in -> Operation.apply(new Conv2dInputGradient(Window.square(1, 1, 1), 1, 4, 5), in.get(0), in.get(1)), Sample.Input.real(2, 3, 4, 4), Sample.Input.real(3, 2, 3, 3)),
                Fault.of("rank", List.of("conv2dInputGradient: dy [3, 4]", "[n, k, oh, ow]"),
                        in -> Operation.apply(new Conv2dInputGradient(Window.square(1, 1, 1), 1, 4, 5), in.get(0), in.get(1)), Sample.Input.real(3, 4), Sample.Input.real(3, 2, 3, 3)));
    }
}
