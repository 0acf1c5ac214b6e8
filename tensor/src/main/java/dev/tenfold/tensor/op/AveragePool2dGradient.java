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
 * The adjoint of {@link AveragePool2d}: spreads dy [n, c, oh, ow] evenly over the windows of planes [n, c, height, width].
 * Its own gradient is the pooling.
 */
public record AveragePool2dGradient(AveragePool2d pool, long height, long width) implements Operation {
    @Override
    public String name() {
        return "averagePool2dGradient";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape dy = inputs[0].shape();
        if (dy.rank() != 4) throw new IllegalArgumentException(name() + ": dy " + dy + " must be [n, c, oh, ow]");
        Shape x = Shape.of(dy.size(0), dy.size(1), height, width);
        Convolution.Geometry g = pool.window().pooling(name(), x, pool.rows(), pool.columns());
        if (dy.size(2) != g.outH() || dy.size(3) != g.outW()) {
            throw new IllegalArgumentException(name() + ": dy " + dy + " does not fit: planes of " + height + "x" + width + " give [n, c, " + g.outH() + ", " + g.outW() + "]");
        }
        return new Tensor[] {Single.onTensors(name(), inputs, x, (in, out) ->
                Convolving.averageGradient(g, pool.countPadding(), in[0], out))};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {Operation.apply(pool, gradient.output())};
    }

    static List<Sample> samples() {
        AveragePool2d plain = new AveragePool2d(2, 2, Window.square(2, 0, 1), true);
        AveragePool2d padded = new AveragePool2d(3, 3, Window.square(2, 1, 1), false);
        return List.of(
                Sample.of("2x2 with a remainder", in -> Operation.apply(new AveragePool2dGradient(plain, 5, 4), in.get(0)), Sample.Input.real(2, 1, 2, 2)),
                Sample.of("padding not counted", in -> Operation.apply(new AveragePool2dGradient(padded, 5, 6), in.get(0)), Sample.Input.real(1, 2, 3, 3))
                        .large(Sample.Input.real(400, 42, 3, 3)));
    }

    static List<Fault> faults() {
        AveragePool2d pool = new AveragePool2d(2, 2, Window.square(2, 0, 1), true);
        return List.of(
                Fault.of("rank", List.of("averagePool2dGradient: dy [2, 2] must be"), in -> Operation.apply(new AveragePool2dGradient(pool, 4, 4), in.get(0)), Sample.Input.real(2, 2)),
                Fault.of("other plane", List.of("averagePool2dGradient: dy [1, 1, 2, 2] does not fit", "[n, c, 3, 2]"),
                        in -> Operation.apply(new AveragePool2dGradient(pool, 6, 4), in.get(0)), Sample.Input.real(1, 1, 2, 2)));
    }
}
