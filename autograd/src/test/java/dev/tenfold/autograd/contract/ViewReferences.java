package dev.tenfold.autograd.contract;

import static dev.tenfold.autograd.contract.Array.at;

import dev.tenfold.kernels.DType;
import java.util.List;

/** Conversions, copies, shapes, parts and joins. */
final class ViewReferences {
    private ViewReferences() {
    }

    static void addTo(References r) {
        for (DType to : DType.values()) r.add("to", "to " + to, in -> Array.of(in.get(0).shape(), i -> Rounding.cast(to, in.get(0).at(i))));
        r.add("transfer", in -> in.get(0));
        r.add("transfer", "of a view", in -> in.get(0).transposed());
        r.add("contiguous", in -> in.get(0));
        r.add("contiguous", "transposed", in -> in.get(0).transposed());
        r.add("reshape", "split and joined", in -> in.get(0).reshaped(4, 3));
        r.add("reshape", "of a transposed view", in -> in.get(0).transposed().reshaped(6));
        r.add("reshape", "ones", in -> in.get(0).reshaped(1, 2, 1, 3));
        r.add("reshape", "empty", in -> in.get(0).reshaped(3, 0, 2));
        r.add("permute", "cycle", in -> in.get(0).permuted(2, 0, 1));
        r.add("permute", "transpose", in -> in.get(0).transposed());
        r.add("permute", "size one and empty", in -> in.get(0).permuted(1, 2, 0));
        r.add("expand", "rows", in -> Array.of(new long[] {4, 3}, in.get(0)::broadcastAt));
        r.add("expand", "inside", in -> Array.of(new long[] {2, 4, 3}, in.get(0)::broadcastAt));
        r.add("expand", "scalar", in -> Array.of(new long[] {2, 3}, in.get(0)::broadcastAt));
        r.add("expand", "to nothing", in -> new Array(new long[] {0, 3}, new double[0]));
        r.add("slice", "rows", in -> Array.of(in.get(0).with(0, 2), i -> in.get(0).at(1 + 2 * i[0], i[1])));
        r.add("slice", "backwards", in -> Array.of(in.get(0).with(1, 2), i -> in.get(0).at(i[0], 4 - 2 * i[1])));
        r.add("slice", "one", in -> Array.of(new long[] {2, 4}, i -> in.get(0).at(i[0], 2, i[1])));
        r.add("slice", "nothing", in -> new Array(new long[] {0, 2}, new double[0]));
        r.add("embed", "padded", in -> Array.of(new long[] {3, 5}, i -> i[1] < 2 || i[1] > 3 ? 0 : in.get(0).at(i[0], i[1] - 2)));
        r.add("embed", "backwards", in -> Array.of(new long[] {6, 2}, i -> i[0] > 4 || i[0] % 2 == 1 ? 0 : in.get(0).at((4 - i[0]) / 2, i[1])));
        r.add("embed", "nothing", in -> new Array(new long[] {3, 2}, new double[6]));
        r.add("concat", in -> concat(in, 0));
        r.add("concat", "columns", in -> concat(in, 1));
        r.add("concat", "stacked", in -> Array.of(new long[] {2, 2, 3}, i -> in.get((int) i[1]).at(i[0], i[2])));
    }

    private static Array concat(List<Array> arrays, int axis) {
        long size = arrays.stream().mapToLong(a -> a.shape()[axis]).sum();
        return Array.of(arrays.getFirst().with(axis, size), index -> {
            long position = index[axis];
            int which = 0;
            while (position >= arrays.get(which).shape()[axis]) position -= arrays.get(which++).shape()[axis];
            return arrays.get(which).at(at(index, axis, position));
        });
    }
}
