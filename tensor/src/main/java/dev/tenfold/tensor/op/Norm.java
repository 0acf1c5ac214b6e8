package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;

/** The 2-norm {@code sqrt(sum x^2)} over axes. Gradient: {@code g x / y}, and 0 where the norm is 0. */
public record Norm(Axes axes) implements Operation {
    @Override
    public String name() {
        return "norm";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        DType type = Single.commonType(name(), inputs);
        // The square of an f16 leaves its range long before the norm does.
        Tensor x = inputs[0].to(type.compute());
        Tensor squares = axes.reduce(name(), Reductions.Kind.SUM_SQUARES, x);
        Elementwise.SQRT.into(squares, new double[0], squares);
        if (type == squares.dtype()) return new Tensor[] {squares};
        try (x; squares) {
            return new Tensor[] {squares.to(type)};
        }
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor x = gradient.savedInput(0);
        Tensor y = axes.restore(gradient.savedOutput(0), x.shape());
        Tensor zero = y.eq(0);
        Tensor scale = axes.restore(gradient.output(), x.shape()).div(zero.where(Tensors.scalar(y.dtype(), 1), y));
        return new Tensor[] {x.mul(zero.where(Tensors.scalar(y.dtype(), 0), scale))};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("all", in -> in.get(0).norm(2), Sample.Input.real(3, 4)).large(Sample.Input.real(100_003)),
                Sample.of("rows", in -> in.get(0).norm(2, -1), Sample.Input.real(3, 70)).large(Sample.Input.real(301, 501)),
                Sample.of("sum of absolutes", in -> in.get(0).norm(1, 0), Sample.Input.real(3, 4)),
                Sample.of("largest absolute", in -> in.get(0).norm(Double.POSITIVE_INFINITY, 1), Sample.Input.real(3, 5)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("integers", List.of("norm:", "i32 [3]", "floating"), in -> in.get(0).to(DType.I32).norm(2), Sample.Input.real(3)),
                Fault.of("other p", List.of("norm: p is 3.0; it must be 1, 2 or infinity"), in -> in.get(0).norm(3), Sample.Input.real(3)));
    }
}
