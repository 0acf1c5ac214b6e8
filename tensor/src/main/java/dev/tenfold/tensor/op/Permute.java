package dev.tenfold.tensor.op;

import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.Layout;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;

/** A view with the dimensions in another order: dimension i of the result is dimension {@code axes[i]} of the input. */
public record Permute(int[] axes) implements Operation {
    @Override
    public String name() {
        return "permute";
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
}
