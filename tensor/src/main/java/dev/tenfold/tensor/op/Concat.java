package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Copying;
import java.util.List;

/** Tensors one after another along {@code axis}; types are promoted, all other sizes must agree. The gradient is sliced. */
public record Concat(int axis) implements Operation {
    @Override
    public String name() {
        return "concat";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        if (inputs.length == 0) throw new IllegalArgumentException("concat: no tensors were given");
        Shape first = inputs[0].shape();
        int a = first.axis(axis, name());
        DType type = inputs[0].dtype();
        long size = 0;
        for (Tensor x : inputs) {
            if (x.rank() != first.rank() || !x.shape().with(a, 0).equals(first.with(a, 0))) {
                throw new IllegalArgumentException("concat: " + x.shape() + " does not fit " + first + "; sizes must agree except along axis " + axis);
            }
            type = DType.promote(type, x.dtype());
            size += x.size(a);
        }
        Tensor out = Tensor.allocate(type, first.with(a, size));
        long[] strides = out.layout().strides();
        long at = 0;
        for (Tensor x : inputs) {
            try (Tensor place = out.withLayout(Layout.of(x.shape(), strides, at * strides[a]))) {
                Copying.strided(x.to(type), place);
            }
            at += x.size(a);
        }
        return new Tensor[] {out};
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor[] results = new Tensor[gradient.inputs()];
        long start = 0;
        for (int i = 0; i < results.length; i++) {
            long count = gradient.inputShape(i).size(axis);
            if (gradient.needs(i)) {
                results[i] = gradient.output().narrow(axis, start, count).to(gradient.inputType(i));
            }
            start += count;
        }
        return results;
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> Tensors.concat(0, in), Sample.Input.real(2, 3), Sample.Input.real(1, 3)).types(Sample.ALL).tolerance(0)
                        .large(Sample.Input.real(400, 201), Sample.Input.real(1, 201)),
                Sample.of("with nothing", in -> Tensors.concat(0, in), Sample.Input.real(0, 3), Sample.Input.real(2, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("columns", in -> Tensors.concat(-1, in), Sample.Input.real(2, 3), Sample.Input.real(2, 2), Sample.Input.real(2, 1)).tolerance(0),
                Sample.of("stacked", in -> Tensors.stack(1, in), Sample.Input.real(2, 3), Sample.Input.real(2, 3)).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other sizes", List.of("concat:", "[2, 4]", "[2, 3]", "axis 0"), in -> Tensors.concat(0, in), Sample.Input.real(2, 3), Sample.Input.real(2, 4)),
                Fault.of("no tensors", List.of("concat: no tensors"), in -> Tensors.concat(0, in)),
                Fault.of("no such axis", List.of("concat: axis 2 does not exist in [2, 3]"), in -> Tensors.concat(2, in), Sample.Input.real(2, 3), Sample.Input.real(2, 3)));
    }
}
