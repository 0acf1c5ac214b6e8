package dev.tenfold.tensor.op;

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
 * The mean of each window of x [n, c, h, w]. Padding counts as zero; where {@code countPadding} is false, only the elements inside the
 * plane are counted. Gradient: {@link AveragePool2dGradient}, its adjoint.
 *
 * @param rows    height of a window
 * @param columns width of a window
 */
public record AveragePool2d(int rows, int columns, Window window, boolean countPadding) implements Operation {
    @Override
    public String name() {
        return "averagePool2d";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Convolution.Geometry g = window.pooling(name(), inputs[0].shape(), rows, columns);
        return new Tensor[] {Single.onTensors(name(), inputs, Shape.of(g.n(), g.c(), g.outH(), g.outW()), (in, out) ->
                Convolving.average(g, countPadding, in[0], out))};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Shape x = gradient.inputShape(0);
        return new Tensor[] {Operation.apply(new AveragePool2dGradient(this, x.size(2), x.size(3)), gradient.output())};
    }

    static List<Sample> samples() {
        return List.of(
                sample("2x2", 2, 2, Window.square(2, 0, 1), true, 2, 3, 4, 6),
                sample("padding counted", 3, 3, Window.square(2, 1, 1), true, 1, 2, 5, 7).large(Sample.Input.real(2, 20, 45, 47)),
                sample("padding not counted", 3, 2, new Window(1, 2, 1, 1, 1, 1), false, 1, 2, 5, 6),
                sample("no channels", 2, 2, Window.square(2, 0, 1), true, 2, 0, 4, 4));
    }

    private static Sample sample(String label, int rows, int columns, Window window, boolean countPadding, long... x) {
        return Sample.of(label, in -> Convolutions.averagePool2d(in.get(0), rows, columns, window, countPadding), Sample.Input.real(x));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("rank", List.of("averagePool2d: x [4, 4] must be [n, c, h, w]"), in -> Convolutions.averagePool2d(in.get(0), 2, 2, 0), Sample.Input.real(4, 4)),
                Fault.of("window above the plane", List.of("averagePool2d: the window spans 5x5", "4x4"), in -> Convolutions.averagePool2d(in.get(0), 5, 1, 0), Sample.Input.real(1, 1, 4, 4)));
    }
}
