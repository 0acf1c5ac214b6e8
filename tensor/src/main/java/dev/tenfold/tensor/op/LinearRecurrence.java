package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import dev.tenfold.tensor.primitive.Reducing;
import java.util.List;

/**
 * The linear recurrence of first order {@code y_k = x_k + a_k y_{k-1}} along {@code axis}, {@code y_0 = x_0}, or from the end,
 * {@code y_k = x_k + a_k y_{k+1}}: discounted returns, moving averages. x and a have one shape and floating type.
 *
 * <p>Gradients: {@code dx} is the recurrence of g in the other direction, {@code dx_k = g_k + a_{k+1} dx_{k+1}};
 * {@code da_k = dx_k y_{k-1}}.
 *
 * @param reverse whether it runs from the end
 */
public record LinearRecurrence(int axis, boolean reverse) implements Operation {
    @Override
    public String name() {
        return "linearRecurrence";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Shape shape = inputs[0].shape();
        int a = shape.axis(axis, name());
        return new Tensor[] {Single.onTensors(name(), inputs, shape, (in, out) -> Reducing.recurrence(in[0], in[1], Reducing.Lines.along(a, shape), reverse, out))};
    }

    @Override
    public long savedInputs() {
        return 0b10;
    }

    @Override
    public long savedOutputs() {
        return 1;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        Tensor decay = gradient.savedInput(1);
        Tensor g = gradient.output();
        if (g.elements() == 0) return new Tensor[] {g, g};
        Tensor dx = g.linearRecurrence(shifted(decay, reverse), axis, !reverse);
        return new Tensor[] {dx, gradient.needs(1) ? dx.mul(shifted(gradient.savedOutput(0), !reverse)) : null};
    }

    /** Every element moved one place along the axis, to larger indices when {@code up}; a zero comes in. */
    private Tensor shifted(Tensor t, boolean up) {
        long kept = t.size(axis) - 1;
        return up ? t.narrow(axis, 0, kept).pad(axis, 1, 0) : t.narrow(axis, 1, kept).pad(axis, 0, 1);
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("rows", in -> in.get(0).linearRecurrence(in.get(1), -1, false), Sample.Input.real(3, 6), Sample.Input.real(-1.0, 1.0, 3, 6))
                        .large(Sample.Input.real(301, 101), Sample.Input.real(-1.0, 1.0, 301, 101)),
                Sample.of("from the end", in -> in.get(0).linearRecurrence(in.get(1), 0, true), Sample.Input.real(5, 2), Sample.Input.real(-1.0, 1.0, 5, 2)),
                Sample.of("one decay", in -> in.get(0).linearRecurrence(in.get(1), 1, true), Sample.Input.real(2, 4, 3), Sample.Input.real(1)),
                Sample.of("of one", in -> in.get(0).linearRecurrence(in.get(1), 1, false), Sample.Input.real(3, 1), Sample.Input.real(3, 1)),
                Sample.of("of nothing", in -> in.get(0).linearRecurrence(in.get(1), 1, false), Sample.Input.real(2, 0), Sample.Input.real(2, 0)));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("decay of another shape", List.of("[3]", "[2, 4]"), in -> in.get(0).linearRecurrence(in.get(1), 0, false), Sample.Input.real(2, 4), Sample.Input.real(3)),
                Fault.of("two types", List.of("linearRecurrence: inputs f32 [3], f64 [3]", "of one type"),
                        in -> in.get(0).linearRecurrence(in.get(1).to(DType.F64), 0, false), Sample.Input.real(3), Sample.Input.real(3)),
                Fault.of("no such axis", List.of("linearRecurrence: axis 1 does not exist in [3]"), in -> in.get(0).linearRecurrence(in.get(1), 1, false),
                        Sample.Input.real(3), Sample.Input.real(3)));
    }
}
