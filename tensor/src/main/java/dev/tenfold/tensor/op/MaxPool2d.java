package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Convolution;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Convolving;
import java.util.List;

/**
 * The maximum of each window of x [n, c, h, w]; padding counts as minus infinity, NaN wins, and of equal values the first.
 * A second result holds the positions of the maxima, i64 into the h w elements of their plane.
 *
 * <p>Gradient: G is added back to those positions ({@link ScatterAdd} into the flat plane); fused where it is not recorded itself.
 *
 * @param rows      height of a window
 * @param columns   width of a window
 * @param positions whether they are computed; a gradient needs them
 */
public record MaxPool2d(int rows, int columns, Window window, boolean positions) implements Operation {
    @Override
    public String name() {
        return "maxPool2d";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Convolution.Geometry g = window.pooling(name(), inputs[0].shape(), rows, columns);
        Shape shape = Shape.of(g.n(), g.c(), g.outH(), g.outW());
        Tensor argmax = positions ? Tensor.allocate(DType.I64, shape) : null;
        Tensor y = Single.onTensors(name(), inputs, shape, (in, out) -> Convolving.max(g, in[0], out, argmax));
        return argmax == null ? new Tensor[] {y} : new Tensor[] {y, argmax};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public long savedOutputs() {
        return 0b10;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Shape x = gradient.inputShape(0);
        Tensor g = gradient.output();
        if (NoGrad.active()) return new Tensor[] {fused(gradient.savedOutput(1), g, x)};
        long[] planes = {x.size(0), x.size(1), g.size(2) * g.size(3)};
        Tensor positionOfEach = gradient.savedOutput(1).reshape(planes);
        return new Tensor[] {g.reshape(planes).scatterAdd(-1, positionOfEach, x.size(2) * x.size(3)).reshape(x.sizes())};
    }

    private Tensor fused(Tensor positions, Tensor g, Shape x) {
        Tensor out = Tensor.allocate(g.dtype(), x);
        if (x.elements() == 0) return out;
        Convolution.Geometry geometry = window.pooling(name(), x, rows, columns);
        try (Tensor places = Axes.dense(positions); Tensor incoming = Axes.dense(g)) {
            Convolving.maxGradient(geometry, incoming, places, out);
        }
        return out;
    }

    static List<Sample> samples() {
        return List.of(
                sample("2x2", 2, 2, Window.square(2, 0, 1), 2, 3, 4, 6),
                sample("overlapping, padded", 3, 3, Window.square(2, 1, 1), 1, 2, 5, 7).large(Sample.Input.real(2, 20, 45, 47)),
                sample("dilated", 2, 3, new Window(1, 2, 0, 1, 2, 1), 1, 2, 5, 6),
                sample("whole plane", 3, 4, Window.square(1, 0, 1), 2, 1, 3, 4),
                sample("no images", 2, 2, Window.square(2, 0, 1), 0, 2, 4, 4));
    }

    private static Sample sample(String label, int rows, int columns, Window window, long... x) {
        return Sample.of(label, in -> Convolutions.maxPool2d(in.get(0), rows, columns, window), Sample.Input.real(x)).tolerance(0);
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("rank", List.of("maxPool2d: x [4, 4] must be [n, c, h, w]"), in -> Convolutions.maxPool2d(in.get(0), 2, 2, 0), Sample.Input.real(4, 4)),
                Fault.of("wholly outside", List.of("maxPool2d: with padding 2x2", "windows of 2x2", "pad less"), in -> Convolutions.maxPool2d(in.get(0), 2, 2, 2), Sample.Input.real(1, 1, 4, 4)),
                Fault.of("integers", List.of("maxPool2d:", "i32 [1, 1, 4, 4]", "floating"), in -> Convolutions.maxPool2d(in.get(0).to(DType.I32), 2, 2, 0), Sample.Input.real(1, 1, 4, 4)));
    }
}
