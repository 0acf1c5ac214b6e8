package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Ordering;
import java.util.List;

/**
 * The elements along {@code axis} in order, or the first {@code count} of them, and their indices (i64). Equal elements keep
 * their order; NaN counts as the largest. The gradient is scattered back to the indices ({@link ScatterAdd}).
 *
 * @param descending largest first
 * @param count      how many, or {@link #EVERY}
 */
public record Sort(int axis, boolean descending, long count) implements Operation {
    /** All elements of the axis. */
    public static final long EVERY = -1;

    @Override
    public String name() {
        return count == EVERY ? "sort" : "topK";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        int a = x.shape().axis(axis, name());
        long n = x.size(a);
        long k = count == EVERY ? n : count;
        if (k < 0 || k > n) {
            throw new IllegalArgumentException("topK: k is " + k + ", but axis " + axis + " of " + x.shape() + " has " + n + " elements");
        }
        int last = x.rank() - 1;
        try (Tensor lines = x.transpose(a, last); Tensor dense = Axes.dense(lines)) {
            Shape shape = dense.shape().with(last, k);
            Tensor values = Tensor.allocate(x.dtype(), shape);
            Tensor indices = Tensor.allocate(DType.I64, shape);
            Ordering.first(descending, dense, values, indices);
            if (a == last) return new Tensor[] {values, indices};
            try (values; indices) {
                return new Tensor[] {values.transpose(a, last), indices.transpose(a, last)};
            }
        }
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public long savedOutputs() {
        return 0b10;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().scatterAdd(axis, gradient.savedOutput(1), gradient.inputShape(0).size(axis))};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("ascending", in -> in.get(0).sort(-1, false).values(), Sample.Input.real(3, 8)).types(Sample.ALL).tolerance(0)
                        .large(Sample.Input.real(2001, 8)),
                Sample.of("descending", in -> in.get(0).sort(0, true).values(), Sample.Input.real(5, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("indices", in -> in.get(0).argSort(1, false), Sample.Input.real(2, 4, 3)).types(Sample.ALL).order(0).tolerance(0),
                Sample.of("equal elements", in -> in.get(0).argSort(1, true), Sample.Input.whole(0, 4, 3, 40)).types(Sample.ALL).order(0).tolerance(0));
    }

    static List<Sample> topKSamples() {
        return List.of(
                Sample.of("largest", in -> in.get(0).topK(3, -1, true).values(), Sample.Input.real(3, 8)).types(Sample.ALL).tolerance(0)
                        .large(Sample.Input.real(2001, 8)),
                Sample.of("smallest", in -> in.get(0).topK(2, 0, false).values(), Sample.Input.real(5, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("indices", in -> in.get(0).topK(2, 1, true).indices(), Sample.Input.real(2, 4, 3)).types(Sample.ALL).order(0).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(Fault.of("no such axis", List.of("sort: axis 2 does not exist in [2, 3]"), in -> in.get(0).sort(2, false).values(), Sample.Input.real(2, 3)));
    }

    static List<Fault> topKFaults() {
        return List.of(
                Fault.of("more than there are", List.of("topK: k is 4", "axis 1 of [2, 3] has 3"), in -> in.get(0).topK(4, 1, true).values(), Sample.Input.real(2, 3)),
                Fault.of("negative", List.of("topK: k is -1"), in -> in.get(0).topK(-1, 1, true).values(), Sample.Input.real(2, 3)));
    }
}
