package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Ordering;
import java.util.List;

/**
 * Where the elements that differ from 0 are, in row-major order, i64: their indices [found, rank], or their positions in the
 * flattened tensor [found]. No gradient.
 */
public record NonZero(boolean flat) implements Operation {
    @Override
    public String name() {
        return "nonzero";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        try (Tensor dense = Axes.dense(inputs[0])) {
            return new Tensor[] {Ordering.nonzero(dense, flat)};
        }
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[1];
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("matrix", in -> in.get(0).nonzero(), Sample.Input.truth(4, 5)).types(Sample.ALL).large(Sample.Input.truth(200, 300)).order(0).tolerance(0),
                Sample.of("numbers", in -> in.get(0).relu().nonzero(), Sample.Input.real(2, 3, 4)).types(Sample.NUMBERS).order(0).tolerance(0));
    }

    /** Samples of {@code maskedSelect}, which gathers from these positions. */
    static List<Sample> maskedSelectSamples() {
        return List.of(
                Sample.of("matrix", in -> in.get(0).maskedSelect(in.get(1)), Sample.Input.real(3, 5), Sample.Input.truth(3, 5)).types(Sample.ALL).tolerance(0)
                        .large(Sample.Input.real(200, 300), Sample.Input.truth(200, 300)),
                Sample.of("mask of rows", in -> in.get(0).maskedSelect(in.get(1)), Sample.Input.real(4, 3), Sample.Input.truth(4, 1)).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("closed tensor", List.of("nonzero:", "f32 tensor [2, 3] is closed", "Scope.keep"), in -> {
            in.get(0).close();
            return in.get(0).nonzero();
        }, Sample.Input.real(2, 3)));
    }

    static List<Fault> maskedSelectFaults() {
        return List.of(
                Fault.of("numbers", List.of("maskedSelect: the mask is f32", "bool"), in -> in.get(0).maskedSelect(in.get(0)), Sample.Input.real(2, 3)),
                Fault.of("other mask", List.of("maskedSelect: the mask [2]", "broadcast to [2, 3]"), in -> in.get(0).maskedSelect(in.get(1)),
                        Sample.Input.real(2, 3), Sample.Input.truth(2)));
    }
}
