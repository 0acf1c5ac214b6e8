package dev.tenfold.autograd.contract;

import static dev.tenfold.autograd.contract.Array.at;

/** Gathering and scattering. */
final class IndexingReferences {
    private IndexingReferences() {
    }

    static void addTo(References r) {
        r.add("gather", in -> Array.of(in.get(1).shape(), i -> in.get(0).at(at(i, 1, (long) in.get(1).at(i)))));
        // The sample takes 4 from every index: they count from the end.
        r.add("gather", "from the end", in -> Array.of(in.get(1).shape(), i -> in.get(0).at(at(i, 0, (long) in.get(1).at(i)))));
        r.add("scatterAdd", "columns", in -> scatter(in.get(0), in.get(1), 1, 5));
        r.add("scatterAdd", "rows", in -> scatter(in.get(0), in.get(1), 0, 3));
        r.add("scatterAdd", "nothing", in -> new Array(new long[] {2, 3}, new double[6]));
        r.add("indexSelect", in -> select(in.get(0), in.get(1), 0));
        r.add("indexSelect", "middle", in -> select(in.get(0), in.get(1), 1));
        r.add("indexAdd", "rows", in -> indexAdd(in.get(0), in.get(1), 0, 4));
        r.add("indexAdd", "middle", in -> indexAdd(in.get(0), in.get(1), 1, 3));
    }

    private static Array select(Array x, Array index, int axis) {
        return Array.of(x.with(axis, index.shape()[0]), i -> x.at(at(i, axis, (long) index.at(i[axis]))));
    }

    private static Array scatter(Array x, Array index, int axis, long size) {
        return Array.of(x.with(axis, size), i -> {
            double sum = 0;
            for (long k = 0; k < x.shape()[axis]; k++) {
                long[] from = at(i, axis, k);
                if (index.at(from) == i[axis]) sum += x.at(from);
            }
            return sum;
        });
    }

    private static Array indexAdd(Array x, Array index, int axis, long size) {
        return Array.of(x.with(axis, size), i -> {
            double sum = 0;
            for (long k = 0; k < x.shape()[axis]; k++) if (index.at(k) == i[axis]) sum += x.at(at(i, axis, k));
            return sum;
        });
    }
}
