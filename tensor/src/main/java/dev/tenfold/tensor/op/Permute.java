package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** A view with the dimensions in another order: dimension i of the result is dimension {@code axes[i]} of the input. */
public record Permute(int[] axes) implements Operation {
    @Override
    public String name() {
        return "permute";
    }

    @Override
    public boolean runsOn(Device.Kind kind) {
        return true;
    }

    @Override
    public Tensor[] forward(Tensor[] inputs) {
        Tensor x = inputs[0];
        int rank = x.rank();
        boolean[] seen = new boolean[rank];
        long[] sizes = new long[rank];
        long[] strides = new long[rank];
        if (axes.length != rank) throw wrongAxes(x.shape());
        for (int i = 0; i < rank; i++) {
            int axis = x.shape().axis(axes[i], "permute");
            if (seen[axis]) throw wrongAxes(x.shape());
            seen[axis] = true;
            sizes[i] = x.size(axis);
            strides[i] = x.layout().stride(axis);
        }
        return new Tensor[] {x.withLayout(Layout.of(Shape.of(sizes), strides, x.layout().offset()))};
    }

    private IllegalArgumentException wrongAxes(Shape shape) {
        return new IllegalArgumentException("permute: axes " + Arrays.toString(axes) + " must name each of the "
                + shape.rank() + " dimensions of " + shape + " once");
    }

    @Override
    public long savedInputs() {
        return 0;
    }

    @Override
    public Tensor[] backward(Gradient gradient) {
        int[] inverse = new int[axes.length];
        for (int i = 0; i < axes.length; i++) inverse[axes[i] < 0 ? axes[i] + axes.length : axes[i]] = i;
        return new Tensor[] {gradient.output().permute(inverse)};
    }

    static List<Sample> samples() {
        return List.of(
                Sample.of("cycle", in -> in.get(0).permute(2, 0, -2), Sample.Input.real(2, 3, 4)).types(Sample.ALL).tolerance(0),
                Sample.of("transpose", in -> in.get(0).transpose(), Sample.Input.real(2, 3)).types(Sample.ALL).tolerance(0),
                Sample.of("size one and empty", in -> in.get(0).permute(1, 2, 0), Sample.Input.real(1, 0, 3)).types(Sample.ALL).tolerance(0));
    }

    static List<Fault> faults() {
        return List.of(
                Fault.of("too few axes", List.of("permute:", "[1, 0]", "[2, 3, 4]"), in -> in.get(0).permute(1, 0), Sample.Input.real(2, 3, 4)),
                Fault.of("an axis twice", List.of("permute:", "[0, 0]", "once"), in -> in.get(0).permute(0, 0), Sample.Input.real(2, 3)),
                Fault.of("no such axis", List.of("permute: axis 2 does not exist in [2, 3]"), in -> in.get(0).permute(0, 2), Sample.Input.real(2, 3)));
    }
}
