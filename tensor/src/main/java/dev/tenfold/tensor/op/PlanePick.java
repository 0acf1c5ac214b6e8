package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * Reads planes x [n, c, h, w] at positions [n, c, i, j], i64 into the plane's h w elements: what max pooling keeps, for positions that
 * are already known. Gradient: {@link MaxUnpool2d}.
 */
public record PlanePick() implements Operation {
    @Override
    public String name() {
        return "planePick";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape x = inputs[0].shape();
        Shape shape = inputs[1].shape();
        if (x.rank() != 4 || shape.rank() != 4 || x.size(0) != shape.size(0) || x.size(1) != shape.size(1)) {
            throw new IllegalArgumentException(name() + ": x " + x + " and positions " + shape + " must be [n, c, h, w] and [n, c, i, j]");
        }
        long plane = x.size(2) * x.size(3);
        try (Tensor at = MaxUnpool2d.positions(name(), inputs[1], plane)) {
            return new Tensor[] {Single.run(name(), new Tensor[] {inputs[0]}, shape, (type, in, out) ->
                    Indexing.gather(type, in[0], x.size(0) * x.size(1), plane, 1, at.address(), shape.size(2) * shape.size(3), out))};
        }
    }

    @Override
    public long savedInputs() {
        return 0b10;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Shape x = gradient.inputShape(0);
        return new Tensor[] {Operation.apply(new MaxUnpool2d(x.size(2), x.size(3)), gradient.output(), gradient.savedInput(1)), null};
    }

    static List<Sample> samples() {
        return List.of(Sample.of("repeated positions", in -> Operation.apply(new PlanePick(), in.get(0), in.get(1)),
                Sample.Input.real(2, 2, 2, 3), Sample.Input.index(6, 2, 2, 3, 2)).tolerance(0));
    }
}
