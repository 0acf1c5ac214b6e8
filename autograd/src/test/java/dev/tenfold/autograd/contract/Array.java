package dev.tenfold.autograd.contract;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** An n-dimensional array of doubles, row-major: what the references are written on. Slow and obvious. */
record Array(long[] shape, double[] values) {
    /** The element at an index. */
    interface ByIndex {
        double at(long[] index);
    }

    /** Takes one line of elements to one number. */
    interface Fold {
        double of(double[] line);
    }

    static Array of(long[] shape, ByIndex f) {
        double[] values = new double[count(shape)];
        for (int i = 0; i < values.length; i++) values[i] = f.at(indexOf(i, shape));
        return new Array(shape, values);
    }

    static int count(long[] shape) {
        return (int) LongStream.of(shape).reduce(1, (a, b) -> a * b);
    }

    /** The index of row-major element {@code i}. */
    static long[] indexOf(long i, long[] shape) {
        long[] index = new long[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            index[d] = i % shape[d];
            i /= shape[d];
        }
        return index;
    }

    int rank() {
        return shape.length;
    }

    double at(long... index) {
        long i = 0;
        for (int d = 0; d < shape.length; d++) {
            if (index[d] < 0 || index[d] >= shape[d]) throw new IndexOutOfBoundsException(Arrays.toString(index) + " in " + Arrays.toString(shape));
            i = i * shape[d] + index[d];
        }
        return values[(int) i];
    }

    /** The element that broadcasting puts at {@code index} of a larger shape. */
    double broadcastAt(long[] index) {
        long[] own = new long[rank()];
        for (int d = 0; d < own.length; d++) own[d] = shape[d] == 1 ? 0 : index[d + index.length - own.length];
        return at(own);
    }

    /** The shape that all arrays broadcast to. */
    static long[] broadcast(List<Array> arrays) {
        int rank = arrays.stream().mapToInt(Array::rank).max().orElseThrow();
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        for (Array a : arrays) {
            for (int d = 0; d < a.rank(); d++) if (a.shape[d] != 1) shape[d + rank - a.rank()] = a.shape[d];
        }
        return shape;
    }

    /** The same elements under another shape. */
    Array reshaped(long... to) {
        return new Array(to, values);
    }

    /** Dimension i of the result is dimension {@code axes[i]} of this. */
    Array permuted(int... axes) {
        long[] to = new long[rank()];
        for (int d = 0; d < to.length; d++) to[d] = shape[axes[d]];
        return of(to, index -> {
            long[] from = new long[axes.length];
            for (int d = 0; d < axes.length; d++) from[axes[d]] = index[d];
            return at(from);
        });
    }

    Array transposed() {
        int[] axes = new int[rank()];
        for (int d = 0; d < axes.length; d++) axes[d] = d;
        axes[axes.length - 1] = axes.length - 2;
        axes[axes.length - 2] = axes.length - 1;
        return permuted(axes);
    }

    /** This shape with dimension {@code axis} of another size. */
    long[] with(int axis, long size) {
        long[] changed = shape.clone();
        changed[axis] = size;
        return changed;
    }

    /** {@code index} with another position along {@code axis}. */
    static long[] at(long[] index, int axis, long position) {
        long[] moved = index.clone();
        moved[axis] = position;
        return moved;
    }

    /** The elements along {@code axis} through {@code index}. */
    double[] line(long[] index, int axis) {
        double[] line = new double[(int) shape[axis]];
        for (int k = 0; k < line.length; k++) line[k] = at(at(index, axis, k));
        return line;
    }

    /** Every line along {@code axis} taken to one element; the axis is dropped. */
    Array fold(int axis, Fold f) {
        long[] rest = new long[rank() - 1];
        for (int d = 0; d < rest.length; d++) rest[d] = shape[d < axis ? d : d + 1];
        return of(rest, index -> {
            long[] first = new long[rank()];
            for (int d = 0; d < first.length; d++) first[d] = d == axis ? 0 : index[d < axis ? d : d - 1];
            return f.of(line(first, axis));
        });
    }
}
