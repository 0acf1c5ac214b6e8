package dev.tenfold.autograd.contract;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.Arrays;

/** Ways to lay an array's numbers out in memory. What lies between them is NaN, or 99 where there is none. */
enum Layouts {
    /** Every dimension in reverse order: a transposed view. */
    TRANSPOSED(Layouts::transposed),
    /** A part of a larger buffer, which starts behind its begin. */
    NARROWED(Layouts::narrowed),
    /** Every second element of a larger buffer, backwards. */
    STEPPED_BACKWARDS(Layouts::steppedBackwards);

    /** Makes a tensor of an array. */
    interface Maker {
        Tensor make(DType type, Array array);
    }

    final Maker maker;

    Layouts(Maker maker) {
        this.maker = maker;
    }

    private static Tensor transposed(DType type, Array array) {
        int[] reverse = new int[array.rank()];
        for (int d = 0; d < reverse.length; d++) reverse[d] = reverse.length - 1 - d;
        return Arguments.dense(type, array.permuted(reverse)).permute(reverse);
    }

    private static Tensor narrowed(DType type, Array array) {
        long[] wide = Arrays.stream(array.shape()).map(size -> size + 3).toArray();
        Tensor view = Arguments.dense(type, Array.of(wide, index -> {
            long[] own = new long[index.length];
            for (int d = 0; d < own.length; d++) own[d] = index[d] - 2;
            return inside(own, array.shape()) ? array.at(own) : filling(type);
        }));
        for (int d = 0; d < array.rank(); d++) view = view.narrow(d, 2, array.shape()[d]);
        return view;
    }

    private static Tensor steppedBackwards(DType type, Array array) {
        long[] wide = Arrays.stream(array.shape()).map(size -> 2 * size).toArray();
        Tensor view = Arguments.dense(type, Array.of(wide, index -> {
            long[] own = new long[index.length];
            boolean taken = true;
            for (int d = 0; d < own.length; d++) {
                taken &= index[d] % 2 == 1;
                own[d] = array.shape()[d] - 1 - index[d] / 2;
            }
            return taken ? array.at(own) : filling(type);
        }));
        for (int d = 0; d < array.rank(); d++) view = view.slice(d, -1, Long.MIN_VALUE / 2, -2);
        return view;
    }

    /** The array's first line along {@code axis}, repeated by a stride of 0. */
    static Tensor expanded(DType type, Array array, int axis) {
        Array first = Array.of(array.with(axis, 1), array::at);
        return Arguments.dense(type, first).expand(Shape.of(array.shape()));
    }

    private static boolean inside(long[] index, long[] shape) {
        for (int d = 0; d < index.length; d++) if (index[d] < 0 || index[d] >= shape[d]) return false;
        return true;
    }

    private static double filling(DType type) {
        return type.isFloating() ? Double.NaN : type == DType.BOOL ? 1 : 99;
    }
}
