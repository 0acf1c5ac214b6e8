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
 * The adjoint of {@link Conv2d} with respect to its weight: x [n, c, h, w] and dy [n, k, oh, ow] give dw [k, c / groups, r, s],
 * {@code dw[k, c, p, q] = sum_{n, i, j} dy[n, k, i, j] x[n, c, i strideH + p dilationH - padH, j strideW + q dilationW - padW]}.
 *
 * @param rows    the weight's size r, which the stride leaves open
 * @param columns the weight's size s
 */
public record Conv2dWeightGradient(Window window, int groups, long rows, long columns) implements Operation {
    @Override
    public String name() {
        return "conv2dWeightGradient";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        Shape dy = inputs[1].shape();
        if (x.rank() != 4 || dy.rank() != 4 || groups < 1 || x.size(1) % groups != 0) {
            throw new IllegalArgumentException(name() + ": x " + x + " and dy " + dy + " must be [n, c, h, w] and [n, k, oh, ow], c divisible by " + groups + " groups");
        }
        Shape weight = Shape.of(dy.size(1), x.size(1) / groups, rows, columns);
        Convolution.Geometry g = window.geometry(name(), x, weight, groups);
        if (dy.size(0) != g.n() || dy.size(2) != g.outH() || dy.size(3) != g.outW()) {
            throw new IllegalArgumentException(name() + ": dy " + dy + " does not fit: x " + x + " and a window of " + rows + "x" + columns
                    + " give [" + g.n() + ", k, " + g.outH() + ", " + g.outW() + "]");
        }
        return new Tensor[] {Single.onTensors(name(), inputs, weight, (in, out) -> Convolving.weightGradient(g, in[0], in[1], out))};
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor gw = gradient.output();
        Tensor[] results = new Tensor[2];
        if (gradient.needs(0)) {
            Shape x = gradient.inputShape(0);
            results[0] = Operation.apply(new Conv2dInputGradient(window, groups, x.size(2), x.size(3)), gradient.savedInput(1), gw);
        }
        if (gradient.needs(1)) results[1] = Operation.apply(new Conv2d(window, groups), gradient.savedInput(0), gw);
        return results;
    }

    static List<Sample> samples() {
        return List.of(
                sample("3x3", new Conv2dWeightGradient(Window.square(1, 1, 1), 1, 3, 3), new long[] {2, 2, 4, 5}, new long[] {2, 3, 4, 5}),
                sample("stride with a remainder", new Conv2dWeightGradient(Window.square(2, 1, 1), 1, 3, 3), new long[] {1, 2, 6, 6}, new long[] {1, 2, 3, 3}),
                sample("groups and dilation", new Conv2dWeightGradient(Window.square(1, 2, 2), 2, 3, 3), new long[] {1, 2, 5, 5}, new long[] {1, 4, 5, 5})
                        .large(Sample.Input.real(19, 8, 5, 5), Sample.Input.real(19, 16, 5, 5)));
    }

    // Padding and dilation multiply zeros by weights that are not finite, and give NaN.
    private static Sample sample(String label, Conv2dWeightGradient operation, long[] x, long[] dy) {
        return Sample.of(label, in -> Operation.apply(operation, in.get(0), in.get(1)), Sample.Input.real(x), Sample.Input.real(dy)).without(Sample.Promise.NOT_FINITE);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other plane", List.of("conv2dWeightGradient: dy [2, 3, 4, 4] does not fit", "[2, k, 4, 5]"),
                        in -> Operation.apply(new Conv2dWeightGradient(Window.square(1, 1, 1), 1, 3, 3), in.get(0), in.get(1)), Sample.Input.real(2, 2, 4, 5), Sample.Input.real(2, 3, 4, 4)),
                Fault.of("groups", List.of("conv2dWeightGradient: x [2, 3, 4, 5]", "divisible by 2 groups"),
                        in -> Operation.apply(new Conv2dWeightGradient(Window.square(1, 1, 1), 2, 3, 3), in.get(0), in.get(1)), Sample.Input.real(2, 3, 4, 5), Sample.Input.real(2, 4, 4, 5)));
    }
}
