package dev.tenfold.tensor.op;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.cpu.Reductions;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.primitive.Reducing;

/**
 * The axes that a reduction runs over.
 *
 * @param axes which (negative from the end); none means all
 * @param keep whether they stay as dimensions of size 1
 */
public record Axes(boolean keep, int... axes) {
    /** Marks, per dimension of {@code shape}, whether it is reduced. Duplicates and unknown axes are errors of {@code operation}. */
    boolean[] reduced(Shape shape, String operation) {
        boolean[] reduced = new boolean[shape.rank()];
        if (axes.length == 0) java.util.Arrays.fill(reduced, true);
        for (int axis : axes) {
            int positive = shape.axis(axis, operation);
            if (reduced[positive]) {
                throw new IllegalArgumentException(operation + ": axis " + axis + " of " + shape + " is named twice");
            }
            reduced[positive] = true;
        }
        return reduced;
    }

    /** The shape with every reduced dimension set to 1. */
    Shape kept(Shape shape, boolean[] reduced) {
        long[] sizes = shape.sizes();
        for (int i = 0; i < sizes.length; i++) if (reduced[i]) sizes[i] = 1;
        return Shape.of(sizes);
    }

    /** The shape of the result. */
    Shape result(Shape shape, boolean[] reduced) {
        if (keep) return kept(shape, reduced);
        long[] sizes = new long[shape.rank()];
        int n = 0;
        for (int i = 0; i < shape.rank(); i++) if (!reduced[i]) sizes[n++] = shape.size(i);
        return Shape.of(java.util.Arrays.copyOf(sizes, n));
    }

    /** A reduced tensor with its reduced dimensions back as size 1, ready to broadcast against the input. */
    Tensor restore(Tensor reducedTensor, Shape input) {
        if (keep) return reducedTensor;
        return reducedTensor.reshape(kept(input, reduced(input, "reduce")).sizes());
    }

    /** How many elements go into each result. */
    public long count(Shape shape, String operation) {
        boolean[] reduced = reduced(shape, operation);
        long count = 1;
        for (int i = 0; i < reduced.length; i++) if (reduced[i]) count *= shape.size(i);
        return count;
    }

    /** Dense elements as {@code [outer, n, inner]}, reduced over n to {@code result}. */
    record Rows(long outer, long n, long inner, Shape result) {
    }

    /** How {@code shape} is reduced over neighbouring axes, or null where the axes are scattered. */
    private Rows neighbours(Shape shape, String operation) {
        boolean[] reduced = reduced(shape, operation);
        int first = 0;
        while (first < reduced.length && !reduced[first]) first++;
        int end = first;
        while (end < reduced.length && reduced[end]) end++;
        for (int i = end; i < reduced.length; i++) if (reduced[i] && shape.size(i) != 1) return null;
        return new Rows(shape.product(0, first), shape.product(first, end), shape.product(end, shape.rank()), result(shape, reduced));
    }

    /** How {@code shape} is reduced over its last axes, or null where others are reduced. */
    Rows rows(Shape shape, String operation) {
        Rows rows = neighbours(shape, operation);
        return rows == null || rows.inner != 1 ? null : rows;
    }

    /** Reduces {@code x}: neighbouring axes in one pass over [outer, n, inner], scattered ones from a transposed copy. */
    Tensor reduce(String operation, Reductions.Kind kind, Tensor x) {
        Shape shape = x.shape();
        DType type = kind == Reductions.Kind.ALL || kind == Reductions.Kind.ANY ? DType.BOOL : x.dtype();
        Rows rows = neighbours(shape, operation);
        if (rows != null) {
            Tensor out = Tensor.allocate(type, rows.result);
            try (Tensor dense = dense(x)) {
                Reducing.reduce(kind, dense, new Reducing.Lines(rows.outer, rows.n, rows.inner), out);
            }
            return out;
        }
        boolean[] reduced = reduced(shape, operation);
        Tensor out = Tensor.allocate(type, result(shape, reduced));
        try (Tensor view = x.permute(reducedLast(reduced)); Tensor dense = dense(view)) {
            long n = count(shape, operation);
            Reducing.reduce(kind, dense, new Reducing.Lines(n == 0 ? out.elements() : x.elements() / n, n, 1), out);
        }
        return out;
    }

    /** An unrecorded dense handle on {@code x}'s values, to be closed by the caller. */
    static Tensor dense(Tensor x) {
        return x.isDense() ? x.withLayout(x.layout()) : Contiguous.copy(x);
    }

    /** The order of dimensions that puts the reduced ones last. */
    int[] reducedLast(boolean[] reduced) {
        int[] order = new int[reduced.length];
        int n = 0;
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < reduced.length; i++) if (reduced[i] == (pass == 1)) order[n++] = i;
        }
        return order;
    }
}
