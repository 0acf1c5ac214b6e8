package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/** The same elements in row-major order under another shape: a view where the strides allow it, a copy elsewhere. */
public record Reshape(Shape to) implements Operation {
    @Override
    public String name() {
        return "reshape";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        if (x.elements() != to.elements()) {
            throw new IllegalArgumentException("reshape: " + x.shape() + " has " + x.elements() + " elements, "
                    + to + " has " + to.elements());
        }
        long[] strides = viewStrides(x.shape().sizes(), x.layout().strides(), to.sizes());
        if (strides != null) return new Tensor[] {x.withLayout(Layout.of(to, strides, x.layout().offset()))};
        try (Tensor dense = Contiguous.copy(x)) {
            return new Tensor[] {dense.withLayout(Layout.dense(to))};
        }
    }

    /** Strides that read the same elements under {@code to}, or null when none do. */
    static long[] viewStrides(long[] sizes, long[] strides, long[] to) {
        long[] result = new long[to.length];
        int from = 0;
        int at = 0;
        while (at < to.length) {
            // Find the smallest groups of old and new dimensions with equal products.
            int oldStart = from;
            int newStart = at;
            long oldProduct = 1;
            long newProduct = to[at++];
            while (oldProduct != newProduct) {
                if (oldProduct < newProduct) {
                    if (from >= sizes.length) return newProduct == 0 || oldProduct == 0 ? Shape.of(to).denseStrides() : null;
                    oldProduct *= sizes[from++];
                } else {
                    if (at >= to.length) return null;
                    newProduct *= to[at++];
                }
                if (oldProduct == 0 || newProduct == 0) return Shape.of(to).denseStrides();
            }
            long step = 1;
            boolean first = true;
            long span = 1;
            // The old group must be walkable with one stride.
            for (int i = from - 1; i >= oldStart; i--) {
                if (sizes[i] == 1) continue;
                if (first) {
                    step = strides[i];
                    first = false;
                } else if (strides[i] != step * span) {
                    return null;
                }
                span *= sizes[i];
            }
            for (int i = at - 1; i >= newStart; i--) {
                result[i] = step;
                step *= Math.max(to[i], 1);
            }
        }
        return result;
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        return new Tensor[] {gradient.output().reshape(gradient.inputShape(0).sizes())};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("split and joined", in -> in.get(0).reshape(4, -1), Sample.Input.real(2, 6)).types(Sample.ALL).tolerance(0),
                Sample.of("of a transposed view", in -> in.get(0).transpose().reshape(6), Sample.Input.real(2, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("ones", in -> in.get(0).reshape(1, 2, 1, 3), Sample.Input.real(2, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("empty", in -> in.get(0).reshape(3, 0, 2), Sample.Input.real(0, 4)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("other count", List.of("reshape:", "[2, 3] has 6 elements", "[4]"), in -> in.get(0).reshape(4), Sample.Input.real(2, 3)),
                Fault.of("does not divide", List.of("reshape:", "[2, 3]", "does not divide into [4, -1]"), in -> in.get(0).reshape(4, -1), Sample.Input.real(2, 3)),
                Fault.of("two open sizes", List.of("reshape:", "more than one -1"), in -> in.get(0).reshape(-1, -1), Sample.Input.real(2, 3)));
    }
}
