package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Convolution;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Convolving;
import java.util.List;

/**
 * Two-dimensional convolution (cross-correlation, as the field calls it) of x [n, c, h, w] with weight [k, c / groups, r, s] and,
 * where given, bias [k]:
 * {@code y[n, k, i, j] = bias[k] + sum_{c, p, q} x[n, c, i strideH + p dilationH - padH, j strideW + q dilationW - padW] weight[k, c, p, q]}.
 *
 * <p>The gradients are {@link Conv2dInputGradient} and {@link Conv2dWeightGradient}; the three are each other's gradients.
 */
public record Conv2d(Window window, int groups) implements Operation {
    @Override
    public String name() {
        return "conv2d";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = inputs[0].shape();
        Convolution.Geometry g = window.geometry(name(), shape, inputs[1].shape(), groups);
        if (inputs.length > 2 && (inputs[2].rank() != 1 || inputs[2].size(0) != g.k())) {
            throw new IllegalArgumentException("conv2d: bias " + inputs[2].shape() + " does not fit weight " + inputs[1].shape() + "; it must be [" + g.k() + "]");
        }
        return new Tensor[] {Single.onTensors(name(), inputs, Shape.of(g.n(), g.k(), g.outH(), g.outW()), (in, out) ->
                Convolving.forward(g, in[0], in[1], in.length > 2 ? in[2] : null, out))};
    }

    @Override
    public long savedInputs() {
        return 0b11;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor dy = gradient.output();
        Shape x = gradient.inputShape(0);
        Shape weight = gradient.inputShape(1);
        Tensor[] results = new Tensor[gradient.inputs()];
        if (gradient.needs(0)) {
            results[0] = Operation.apply(new Conv2dInputGradient(window, groups, x.size(2), x.size(3)), dy, gradient.savedInput(1));
        }
        if (gradient.needs(1)) {
            results[1] = Operation.apply(new Conv2dWeightGradient(window, groups, weight.size(2), weight.size(3)), gradient.savedInput(0), dy);
        }
        if (results.length > 2 && gradient.needs(2)) results[2] = dy.sum(0, 2, 3);
        return results;
    }

    static List<Sample> samples() {
        return List.of(
                sample("3x3", Window.square(1, 1, 1), 1, new long[] {2, 3, 5, 4}, new long[] {4, 3, 3, 3}).large(Sample.Input.real(3, 5, 31, 37), Sample.Input.real(17, 5, 3, 3)),
                sample("stride", Window.square(2, 1, 1), 1, new long[] {1, 2, 7, 6}, new long[] {3, 2, 3, 3}),
                sample("dilation", Window.square(1, 2, 2), 1, new long[] {1, 2, 6, 5}, new long[] {2, 2, 3, 3}),
                sample("groups", Window.square(1, 1, 1), 2, new long[] {2, 4, 4, 3}, new long[] {6, 2, 3, 3}).large(Sample.Input.real(3, 8, 21, 17), Sample.Input.real(6, 4, 3, 3)),
                sample("depthwise", Window.square(1, 0, 1), 3, new long[] {1, 3, 4, 4}, new long[] {3, 1, 2, 2}),
                sample("pointwise", Window.square(1, 0, 1), 1, new long[] {2, 3, 3, 2}, new long[] {4, 3, 1, 1}),
                sample("uneven", new Window(2, 1, 0, 2, 1, 2), 1, new long[] {1, 2, 5, 6}, new long[] {2, 2, 2, 3}),
                Sample.of("bias", in -> Convolutions.conv2d(in.get(0), in.get(1), in.get(2), Window.square(1, 1, 1), 1),
                        Sample.Input.real(2, 2, 4, 4), Sample.Input.real(3, 2, 3, 3), Sample.Input.real(3)).without(Sample.Promise.NOT_FINITE),
                sample("no images", Window.square(1, 1, 1), 1, new long[] {0, 2, 4, 4}, new long[] {3, 2, 3, 3}));
    }

    // Padding and dilation multiply zeros by weights that are not finite, and give NaN.
    private static Sample sample(String label, Window window, int groups, long[] x, long[] weight) {
        return Sample.of(label, in -> Convolutions.conv2d(in.get(0), in.get(1), null, window, groups), Sample.Input.real(x), Sample.Input.real(weight)).without(Sample.Promise.NOT_FINITE);
    }

    static List<Fault> faults() {
        Window window = Window.square(1, 1, 1);
        return List.of(
                Fault.of("channels", List.of("conv2d:", "[1, 3, 5, 5] has 3 channels", "[4, 2, 3, 3]", "[k, c / groups, r, s]"),
                        in -> Convolutions.conv2d(in.get(0), in.get(1), null, window, 1), Sample.Input.real(1, 3, 5, 5), Sample.Input.real(4, 2, 3, 3)),
                Fault.of("window above the plane", List.of("conv2d:", "the window spans 7x7", "5x5"),
                        in -> Convolutions.conv2d(in.get(0), in.get(1), null, window, 1), Sample.Input.real(1, 2, 3, 3), Sample.Input.real(4, 2, 7, 7)),
                Fault.of("bias", List.of("conv2d: bias [3]", "it must be [4]"), in -> Convolutions.conv2d(in.get(0), in.get(1), in.get(2), window, 1),
                        Sample.Input.real(1, 2, 5, 5), Sample.Input.real(4, 2, 3, 3), Sample.Input.real(3)),
                Fault.of("two types", List.of("conv2d:", "f32 [1, 2, 5, 5], f64 [4, 2, 3, 3]", "of one type"),
                        in -> Convolutions.conv2d(in.get(0), in.get(1).to(DType.F64), null, window, 1), Sample.Input.real(1, 2, 5, 5), Sample.Input.real(4, 2, 3, 3)));
    }
}
