package dev.tenfold.autograd.contract;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Products, truth, running sums, sorting, and what is set or found by position. */
final class OrderReferences {
    private OrderReferences() {
    }

    static void addTo(References r) {
        scans(r);
        recurrences(r);
        sorts(r);
        positions(r);
    }

    private static void scans(References r) {
        Array.Fold product = line -> DoubleStream.of(line).reduce(1, (a, b) -> a * b);
        r.add("prod", "all", in -> new Array(new long[0], new double[] {product.of(in.get(0).values())}));
        r.add("prod", "last", in -> in.get(0).fold(1, product));
        r.add("prod", "outer and inner", in -> in.get(0).fold(2, product).fold(0, product));
        r.add("prod", "with zeros", in -> relu(in.get(0)).fold(2, product).fold(0, product));
        truth(r, "all", line -> DoubleStream.of(line).allMatch(v -> v != 0) ? 1 : 0);
        truth(r, "any", line -> DoubleStream.of(line).anyMatch(v -> v != 0) ? 1 : 0);
        r.add("cumulativeSum", in -> Array.of(in.get(0).shape(), i -> sum(in.get(0).line(i, 1), 0, (int) i[1])));
        r.add("cumulativeSum", "from the end", in -> Array.of(in.get(0).shape(), i -> sum(in.get(0).line(i, 0), (int) i[0], (int) in.get(0).shape()[0] - 1)));
    }

    private static void recurrences(References r) {
        r.add("logCumulativeSumExp", in -> Array.of(in.get(0).shape(), i -> ReductionReferences.logSumExp(Arrays.copyOf(in.get(0).line(i, 1), (int) i[1] + 1))));
        r.add("linearRecurrence", in -> Array.of(in.get(0).shape(), i -> recurrence(in.get(0).line(i, 1), in.get(1).line(i, 1), 0, (int) i[1])));
        r.add("linearRecurrence", "from the end", in -> Array.of(in.get(0).shape(), i -> {
            double[] line = in.get(0).line(i, 0);
            return recurrence(line, in.get(1).line(i, 0), line.length - 1, (int) i[0]);
        }));
        r.add("linearRecurrence", "one decay", in -> Array.of(in.get(0).shape(), i -> {
            double[] line = in.get(0).line(i, 1);
            double[] decay = new double[line.length];
            Arrays.fill(decay, in.get(1).values()[0]);
            return recurrence(line, decay, line.length - 1, (int) i[1]);
        }));
    }

    /** From place {@code first} to place {@code last}, in either direction. */
    private static double recurrence(double[] x, double[] decay, int first, int last) {
        double y = x[first];
        for (int k = first; k != last; ) {
            k += first < last ? 1 : -1;
            y = x[k] + decay[k] * y;
        }
        return y;
    }

    private static void truth(References r, String name, Array.Fold f) {
        r.add(name, "everything", in -> new Array(new long[0], new double[] {f.of(in.get(0).values())}));
        r.add(name, "rows", in -> in.get(0).fold(1, f));
        r.add(name, "outer", in -> in.get(0).fold(0, f));
        r.add(name, "outer and inner", in -> in.get(0).fold(2, f).fold(0, f));
    }

    private static Array relu(Array x) {
        return Array.of(x.shape(), i -> Math.max(0, x.at(i)));
    }

    private static double sum(double[] line, int from, int to) {
        double sum = 0;
        for (int k = from; k <= to; k++) sum += line[k];
        return sum;
    }

    private static void sorts(References r) {
        r.add("sort", "ascending", in -> sorted(in.get(0), 1, false, 8, false));
        r.add("sort", "descending", in -> sorted(in.get(0), 0, true, 5, false));
        r.add("sort", "indices", in -> sorted(in.get(0), 1, false, 4, true));
        r.add("sort", "equal elements", in -> sorted(in.get(0), 1, true, 40, true));
        r.add("topK", "largest", in -> sorted(in.get(0), 1, true, 3, false));
        r.add("topK", "smallest", in -> sorted(in.get(0), 0, false, 2, false));
        r.add("topK", "indices", in -> sorted(in.get(0), 1, true, 2, true));
    }

    /** The first {@code count} elements of each line in order, or where they were; {@link Double#compare} puts NaN last, as it should. */
    private static Array sorted(Array x, int axis, boolean descending, int atMost, boolean indices) {
        Comparator<Double> order = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Array.of(x.with(axis, Math.min(atMost, x.shape()[axis])), i -> {
            double[] line = x.line(i, axis);
            Integer[] places = IntStream.range(0, line.length).boxed().toArray(Integer[]::new);
            // Both zeros are equal.
            Arrays.sort(places, Comparator.comparing(k -> line[k] + 0.0, order));
            int place = places[(int) i[axis]];
            return indices ? place : line[place];
        });
    }

    private static void positions(References r) {
        r.add("nonzero", "matrix", in -> nonzero(in.get(0)));
        r.add("nonzero", "numbers", in -> nonzero(relu(in.get(0))));
        r.add("maskedSelect", in -> {
            Array x = in.get(0);
            double[] found = IntStream.range(0, x.values().length)
                    .filter(k -> in.get(1).broadcastAt(Array.indexOf(k, x.shape())) != 0).mapToDouble(k -> x.values()[k]).toArray();
            return new Array(new long[] {found.length}, found);
        });
        r.add("scatter", "columns", in -> scattered(in.get(0), in.get(1), in.get(2), 1));
        r.add("scatter", "rows, set twice", in -> scattered(in.get(0), in.get(1), in.get(2), 0));
    }

    private static Array nonzero(Array x) {
        double[] found = IntStream.range(0, x.values().length).filter(k -> x.values()[k] != 0)
                .mapToObj(k -> Array.indexOf(k, x.shape())).flatMapToLong(LongStream::of).asDoubleStream().toArray();
        return new Array(new long[] {found.length / x.rank(), x.rank()}, found);
    }

    private static Array scattered(Array x, Array index, Array values, int axis) {
        double[] result = x.values().clone();
        for (int k = 0; k < values.values().length; k++) {
            long[] place = Array.at(Array.indexOf(k, values.shape()), axis, (long) index.values()[k]);
            int flat = 0;
            for (int d = 0; d < place.length; d++) flat = flat * (int) x.shape()[d] + (int) place[d];
            result[flat] = values.values()[k];
        }
        return new Array(x.shape(), result);
    }
}
