package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Copying;
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
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        int a = x.shape().axis(axis, name());
        long count = x.size(a);
        long last = start + (count - 1) * step;
        if (step == 0 || size < 0 || (count > 0 && (start < 0 || start >= size || last < 0 || last >= size))) {
            throw new IllegalArgumentException("embed: " + count + " elements from " + start + " in steps of " + step + " leave an axis of " + size
                    + " elements" + (step == 0 ? "; the step must not be 0" : ""));
        }
        Tensor out = Tensors.full(x.dtype(), x.shape().with(a, size), 0);
        if (x.elements() == 0) return new Tensor[] {out};
        long[] strides = out.layout().strides();
        long at = start * strides[a];
        strides[a] *= step;
        try (Tensor place = out.withLayout(Layout.of(x.shape(), strides, at))) {
            Copying.strided(x, place);
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
        return List.of(
                Sample.of("padded", in -> in.get(0).pad(1, 2, 1), Sample.Input.real(3, 2)).types(Sample.ALL).tolerance(0),
                Sample.of("backwards", in -> Operation.apply(new Embed(0, 4, -2, 6), in.get(0)), Sample.Input.real(3, 2)).types(Sample.ALL).tolerance(0),
                Sample.of("nothing", in -> in.get(0).pad(0, 1, 2), Sample.Input.real(0, 2)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("negative padding", List.of("pad: -1 before", "use slice"), in -> in.get(0).pad(0, -1, 0), Sample.Input.real(3)),
                Fault.of("outside", List.of("embed: 3 elements from 2 in steps of 2 leave an axis of 6 elements"), in -> Operation.apply(new Embed(0, 2, 2, 6), in.get(0)), Sample.Input.real(3)));
    }
}
