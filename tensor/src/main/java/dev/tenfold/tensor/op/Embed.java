package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Indexing;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.List;

/**
 * The adjoint of {@link Slice}: zeros of {@code size} along {@code axis} with the input at {@code start, start + step, …}.
 */
public record Embed(int axis, long start, long step, long size) implements Operation {
    @Override
    public String name() {
        return "embed";
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        int a = x.shape().axis(axis, name());
        Tensor out = Tensors.full(x.dtype(), x.shape().with(a, size), 0);
        if (x.elements() == 0) return new Tensor[] {out};
        long[] strides = out.layout().strides();
        long at = start * strides[a];
        strides[a] *= step;
        try (Tensor place = out.withLayout(Layout.of(x.shape(), strides, at))) {
            Indexing.copy(x.dtype(), x.shape().sizes(), x.address(), x.layout().strides(), place.address(), strides);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        long count = gradient.inputShape(0).size(axis);
        return new Tensor[] {Operation.apply(new Slice(axis, start, count, step), gradient.output())};
    }

    static List<Sample> samples() {
        return List.of(Sample.of("padded", in -> in.get(0).pad(1, 2, 1), Sample.Input.real(3, 2)).types(Sample.ALL).tolerance(0));
    }
}
