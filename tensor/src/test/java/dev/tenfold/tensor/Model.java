package dev.tenfold.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A slow, obvious tensor: sizes, and every element in row-major order. What views and indexing are compared with. */
record Model(long[] sizes, double[] values) {
    /** Where an element of the result comes from. */
    interface Source {
        long[] of(long[] index);
    }

    /** The element at an index of the result. */
    interface Element {
        double at(long[] index);
    }

    static Model of(long[] sizes, Element element) {
        int n = (int) Shape.of(sizes).elements();
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = element.at(index(i, sizes));
        return new Model(sizes, values);
    }

    /** Different numbers everywhere. */
    static Model numbered(long... sizes) {
        double[] values = new double[(int) Shape.of(sizes).elements()];
        for (int i = 0; i < values.length; i++) values[i] = i + 1;
        return new Model(sizes, values);
    }

    static long[] randomSizes(Random random, int maxRank, int maxSize) {
        long[] sizes = new long[random.nextInt(maxRank + 1)];
        for (int i = 0; i < sizes.length; i++) sizes[i] = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(maxSize);
        return sizes;
    }

    private static long[] index(long i, long[] sizes) {
        long[] index = new long[sizes.length];
        for (int d = sizes.length - 1; d >= 0; d--) {
            index[d] = i % sizes[d];
            i /= sizes[d];
        }
        return index;
    }

    Tensor tensor() {
        return sizes.length == 0 ? Tensors.scalar(dev.tenfold.kernels.DType.F64, values[0]) : Tensors.of(values, sizes);
    }

    int rank() {
        return sizes.length;
    }

    double at(long... index) {
        long i = 0;
        for (int d = 0; d < sizes.length; d++) {
            if (index[d] < 0 || index[d] >= sizes[d]) throw new IndexOutOfBoundsException(Arrays.toString(index) + " in " + Arrays.toString(sizes));
            i = i * sizes[d] + index[d];
        }
        return values[(int) i];
    }

    Model view(long[] to, Source source) {
        return of(to, index -> at(source.of(index)));
    }

    long[] with(int axis, long size) {
        long[] changed = sizes.clone();
        changed[axis] = size;
        return changed;
    }

    static long[] moved(long[] index, int axis, long position) {
        long[] moved = index.clone();
        moved[axis] = position;
        return moved;
    }

    Model permuted(int[] axes) {
        long[] to = new long[axes.length];
        for (int d = 0; d < to.length; d++) to[d] = sizes[axes[d]];
        return view(to, index -> {
            long[] from = new long[axes.length];
            for (int d = 0; d < axes.length; d++) from[axes[d]] = index[d];
            return from;
        });
    }

    /** Python's slice: positions listed one by one. */
    Model sliced(int axis, long start, long end, long step) {
        List<Long> positions = new ArrayList<>();
        for (long k = border(start, sizes[axis], step); step > 0 ? k < border(end, sizes[axis], step) : k > border(end, sizes[axis], step); k += step) {
            positions.add(k);
        }
        return view(with(axis, positions.size()), index -> moved(index, axis, positions.get((int) index[axis])));
    }

    private static long border(long position, long size, long step) {
        if (position < 0) position += size;
        if (position < 0) return step > 0 ? 0 : -1;
        if (position >= size) return step > 0 ? size : size - 1;
        return position;
    }

    Model flipped(int axis) {
        return view(sizes, index -> moved(index, axis, sizes[axis] - 1 - index[axis]));
    }

    Model padded(int axis, long before, long after) {
        return of(with(axis, before + sizes[axis] + after), index -> {
            long k = index[axis] - before;
            return k < 0 || k >= sizes[axis] ? 0 : at(moved(index, axis, k));
        });
    }

    Model selected(int axis, long position) {
        long[] to = new long[rank() - 1];
        for (int d = 0; d < to.length; d++) to[d] = sizes[d < axis ? d : d + 1];
        return view(to, index -> {
            long[] from = new long[rank()];
            for (int d = 0; d < from.length; d++) from[d] = d == axis ? position : index[d < axis ? d : d - 1];
            return from;
        });
    }

    Model expanded(long[] to) {
        return view(to, index -> {
            long[] from = new long[rank()];
            for (int d = 0; d < from.length; d++) from[d] = sizes[d] == 1 ? 0 : index[d + to.length - rank()];
            return from;
        });
    }

    Model reshaped(long... to) {
        return new Model(to, values);
    }

    static Model concat(int axis, List<Model> parts) {
        long size = parts.stream().mapToLong(part -> part.sizes[axis]).sum();
        return of(parts.getFirst().with(axis, size), index -> {
            long k = index[axis];
            int which = 0;
            while (k >= parts.get(which).sizes[axis]) k -= parts.get(which++).sizes[axis];
            return parts.get(which).at(moved(index, axis, k));
        });
    }
}
