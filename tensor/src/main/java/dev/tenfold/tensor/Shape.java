package dev.tenfold.tensor;

import java.util.Arrays;

/** The sizes of a tensor, outermost first. Immutable. A scalar has rank 0 and one element. */
public final class Shape {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] sizes;
    private final long elements;

    private Shape(long[] sizes) {
        this.sizes = sizes;
        long product = 1;
        for (long size : sizes) {
            if (size < 0) throw new IllegalArgumentException("shape " + Arrays.toString(sizes) + ": sizes must not be negative");
            product = Math.multiplyExact(product, size);
        }
        this.elements = product;
    }

    /**
     * A shape of the given sizes.
     *
     * @throws IllegalArgumentException when a size is negative
     * @throws ArithmeticException      when the number of elements does not fit a long
     */
    public static Shape of(long... sizes) {
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    /** The number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /** The number of elements: the product of the sizes, 1 for a scalar. */
    public long elements() {
        return elements;
    }

    /** The size of dimension {@code axis}; negative axes count from the end. */
    public long size(int axis) {
        return sizes[axis(axis, "size")];
    }

    /** The sizes as a fresh array. */
    public long[] sizes() {
        return sizes.clone();
    }

    /** The sizes without a copy, for readers that do not write. */
    long[] raw() {
        return sizes;
    }

    /** {@code axis} counted from the front, checked; {@code operation} is named in the error. */
    public int axis(int axis, String operation) {
        int rank = sizes.length;
        int positive = axis < 0 ? axis + rank : axis;
        if (positive < 0 || positive >= rank) {
            throw new IllegalArgumentException(operation + ": axis " + axis + " does not exist in " + this
                    + (rank == 0 ? ", a scalar" : "; valid are " + -rank + " to " + (rank - 1)));
        }
        return positive;
    }

    /**
     * The common shape of {@code a} and {@code b} by NumPy's rule: aligned at the end, sizes equal or one of them 1.
     *
     * @throws IllegalArgumentException naming {@code operation} and both shapes when there is none
     */
    public static Shape broadcast(Shape a, Shape b, String operation) {
        if (a.equals(b)) return a;
        int rank = Math.max(a.rank(), b.rank());
        long[] sizes = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long x = i <= a.rank() ? a.sizes[a.rank() - i] : 1;
            long y = i <= b.rank() ? b.sizes[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException(operation + ": shapes " + a + " and " + b + " do not broadcast: size " + x
                        + " against " + y + " in dimension " + -i + "; sizes must be equal or 1");
            }
            sizes[rank - i] = x == 1 ? y : x;
        }
        return new Shape(sizes);
    }

    /** True when this shape broadcasts to {@code target}. */
    public boolean broadcastsTo(Shape target) {
        if (rank() > target.rank()) return false;
        for (int i = 1; i <= rank(); i++) {
            long x = sizes[rank() - i];
            if (x != 1 && x != target.sizes[target.rank() - i]) return false;
        }
        return true;
    }

    /** This shape with dimension {@code axis} set to {@code size}. */
    public Shape with(int axis, long size) {
        long[] changed = sizes.clone();
        changed[axis(axis, "with")] = size;
        return new Shape(changed);
    }

    /** This shape without dimension {@code axis}. */
    public Shape without(int axis) {
        int a = axis(axis, "without");
        long[] fewer = new long[sizes.length - 1];
        System.arraycopy(sizes, 0, fewer, 0, a);
        System.arraycopy(sizes, a + 1, fewer, a, fewer.length - a);
        return new Shape(fewer);
    }

    /** This shape with a dimension of {@code size} inserted before {@code axis} (0 to rank). */
    public Shape insert(int axis, long size) {
        if (axis < 0 || axis > sizes.length) {
            throw new IllegalArgumentException("insert: axis " + axis + " is not in 0.." + sizes.length);
        }
        long[] more = new long[sizes.length + 1];
        System.arraycopy(sizes, 0, more, 0, axis);
        more[axis] = size;
        System.arraycopy(sizes, axis, more, axis + 1, sizes.length - axis);
        return new Shape(more);
    }

    /** Product of the sizes from {@code from} (inclusive) to {@code to} (exclusive). */
    public long product(int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) product *= sizes[i];
        return product;
    }

    /** Row-major strides in elements. */
    public long[] denseStrides() {
        long[] strides = new long[sizes.length];
        long step = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(sizes[i], 1);
        }
        return strides;
    }

    @Override
    public boolean equals(Object other) {
        return other == this || (other instanceof Shape s && Arrays.equals(sizes, s.sizes));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** For example {@code [8, 64]}. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
