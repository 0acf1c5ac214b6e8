package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/**
 * {@code y[…, k, …] = sum_{j <= k} x[…, j, …]} along {@code axis}, or over {@code j >= k}. Integers wrap; bool counts as i64.
 * The gradient is G summed from the other end.
 *
 * @param reverse whether the sum runs from the end
 */
public record CumulativeSum(int axis, boolean reverse) implements Operation {
    @Override
    public String name() {
        return "cumulativeSum";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0].dtype() == DType.BOOL ? inputs[0].to(DType.I64) : inputs[0];
        Shape shape = x.shape();
        int a = shape.axis(axis, name());
        Tensor out = Tensor.allocate(x.dtype(), shape);
        try (Tensor dense = Axes.dense(x)) {
            Reducing.cumulativeSum(dense, Reducing.Lines.along(a, shape), reverse, out);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {Operation.apply(new CumulativeSum(axis, !reverse), gradient.output())};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).cumulativeSum(-1), Sample.Input.real(3, 7)).types(Sample.ALL).large(Sample.Input.real(301, 201)),
                Sample.of("middle", in -> in.get(0).cumulativeSum(1), Sample.Input.real(2, 3, 4)).types(Sample.ALL),
                Sample.of("from the end", in -> Operation.apply(new CumulativeSum(0, true), in.get(0)), Sample.Input.real(5, 2)));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("scalar", List.of("cumulativeSum: axis 0 does not exist", "a scalar"), in -> in.get(0).cumulativeSum(0), Sample.Input.real()));
    }
}
