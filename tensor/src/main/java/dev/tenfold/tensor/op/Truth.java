package dev.tenfold.tensor.op;

import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** Whether all, or any, elements over axes differ from 0 (NaN does): bool. Of no elements all do, and none. No gradient. */
public record Truth(boolean all, Axes axes) implements Operation {
    @Override
    public String name() {
        return all ? "all" : "any";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        return new Tensor[] {axes.reduce(name(), all ? Reductions.Kind.ALL : Reductions.Kind.ANY, inputs[0])};
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[1];
    }

    static List<Sample> samples(boolean all) {
        return List.of(
                sample("everything", all, Sample.Input.real(3, 4)),
                sample("rows", all, Sample.Input.truth(6, 2), -1).large(Sample.Input.truth(40_001, 2)),
                sample("outer", all, Sample.Input.truth(2, 5), 0),
                sample("outer and inner", all, Sample.Input.truth(2, 5, 1), 0, 2));
    }

    private static Sample sample(String label, boolean all, Sample.Input input, int... axes) {
        return Sample.of(label, in -> all ? in.get(0).all(axes) : in.get(0).any(axes), input).types(Sample.ALL).order(0).tolerance(0);
    }

    static List<Fault> faults(boolean all) {
        return List.of(Fault.of("an axis twice", List.of((all ? "all" : "any") + ": axis -2", "[2, 3]", "named twice"),
                in -> all ? in.get(0).all(0, -2) : in.get(0).any(0, -2), Sample.Input.real(2, 3)));
    }
}
