package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * A view of the elements {@code start, start + step, …} along {@code axis}, {@code count} of them; the step may be negative,
 * not zero. The gradient is embedded into zeros ({@link Embed}).
 */
public record Slice(int axis, long start, long count, long step) implements Operation {
    @Override
    public String name() {
        return "slice";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        int a = x.shape().axis(axis, name());
        long size = x.size(a);
        long last = start + (count - 1) * step;
        if (step == 0 || count < 0 || (count > 0 && (start < 0 || start >= size || last < 0 || last >= size))) {
            throw new IllegalArgumentException("slice: " + count + " elements from " + start + " in steps of " + step
                    + " leave axis " + axis + " of " + x.shape() + ", which has " + size + (step == 0 ? "; the step must not be 0" : ""));
        }
        long[] strides = x.layout().strides();
        long offset = x.layout().offset() + (count == 0 ? 0 : start * strides[a]);
        strides[a] *= step;
        return new Tensor[] {x.withLayout(Layout.of(x.shape().with(a, count), strides, offset))};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Shape shape = gradient.inputShape(0);
        int a = shape.axis(axis, name());
        return new Tensor[] {Operation.apply(new Embed(a, start, step, shape.size(a)), gradient.output())};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).slice(0, 1, 4, 2), Sample.Input.real(5, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("backwards", in -> in.get(0).slice(-1, 4, 0, -2), Sample.Input.real(2, 5)).types(Sample.ALL).tolerance(0),
                Sample.of("one", in -> in.get(0).select(1, -1), Sample.Input.real(2, 3, 4)).types(Sample.ALL).tolerance(0),
                Sample.of("nothing", in -> in.get(0).slice(0, 2, 2, 1), Sample.Input.real(3, 2)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("beyond the end", List.of("slice:", "3 elements from 1", "axis 0 of [3, 2]"), in -> in.get(0).narrow(0, 1, 3), Sample.Input.real(3, 2)),
                Fault.of("no step", List.of("slice:", "step must not be 0"), in -> in.get(0).slice(0, 0, 2, 0), Sample.Input.real(3, 2)),
                Fault.of("index outside", List.of("select: index 3", "axis 0 of [3, 2]"), in -> in.get(0).select(0, 3), Sample.Input.real(3, 2)),
                Fault.of("no such axis", List.of("slice: axis 2 does not exist in [3, 2]"), in -> in.get(0).narrow(2, 0, 1), Sample.Input.real(3, 2)));
    }
}
