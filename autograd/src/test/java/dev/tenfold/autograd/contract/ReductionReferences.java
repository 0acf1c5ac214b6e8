package dev.tenfold.autograd.contract;

import java.util.List;
import java.util.stream.DoubleStream;

/** Sums, extremes and softmax. */
final class ReductionReferences {
    private ReductionReferences() {
    }

    static void addTo(References r) {
        r.add("sum", in -> all(in.get(0), ReductionReferences::sum));
        r.add("sum", "last", in -> in.get(0).fold(1, ReductionReferences::sum));
        r.add("sum", "first kept", in -> in.get(0).fold(0, ReductionReferences::sum).reshaped(1, in.get(0).shape()[1]));
        r.add("sum", "outer and inner", in -> in.get(0).fold(2, ReductionReferences::sum).fold(0, ReductionReferences::sum));
        r.add("sum", "of nothing", in -> new Array(new long[] {2}, new double[2]));
        extremes(r, "max", ReductionReferences::largest);
        extremes(r, "min", ReductionReferences::smallest);
        firsts(r, "argMax", ReductionReferences::largest);
        firsts(r, "argMin", ReductionReferences::smallest);
        softmax(r, "softmax", (line, k) -> Math.exp(line[k] - largest(line)) / sumOfExp(line));
        softmax(r, "logSoftmax", (line, k) -> line[k] - largest(line) - Math.log(sumOfExp(line)));
        r.add("logSumExp", "rows", in -> in.get(0).fold(1, ReductionReferences::logSumExp));
        r.add("logSumExp", "outer", in -> in.get(0).fold(0, ReductionReferences::logSumExp));
        r.add("logSumExp", "of one", in -> in.get(0).fold(1, ReductionReferences::logSumExp));
        r.add("norm", "all", in -> all(in.get(0), ReductionReferences::norm));
        r.add("norm", "rows", in -> in.get(0).fold(1, ReductionReferences::norm));
        r.add("norm", "sum of absolutes", in -> in.get(0).fold(0, line -> DoubleStream.of(line).map(Math::abs).sum()));
        r.add("norm", "largest absolute", in -> in.get(0).fold(1, line -> DoubleStream.of(line).map(Math::abs).reduce(Math::max).orElseThrow()));
        fused(r);
        r.add("logSumExp", "all", in -> all(in.get(0), ReductionReferences::logSumExp));
    }

    private static void fused(References r) {
        r.add("fused", ReductionReferences::gated);
        r.add("fused", "sum", in -> all(gated(in), ReductionReferences::sum));
        r.add("fused", "sum of rows", in -> {
            Array y = gated(in);
            return y.fold(2, ReductionReferences::sum).reshaped(y.shape()[0], y.shape()[1], 1);
        });
        r.add("fused", "mean of columns", in -> gated(in).fold(0, line -> sum(line) / line.length));
        r.add("fused", "max", in -> gated(in).fold(2, ReductionReferences::largest).fold(1, ReductionReferences::largest));
    }

    /** {@code tanh(a b + c) / (1 + exp(-a))}. */
    private static Array gated(List<Array> in) {
        return Array.of(Array.broadcast(in), i -> {
            double a = in.get(0).broadcastAt(i);
            return Math.tanh(a * in.get(1).broadcastAt(i) + in.get(2).broadcastAt(i)) / (1 + Math.exp(-a));
        });
    }

    private static Array all(Array x, Array.Fold f) {
        return new Array(new long[0], new double[] {f.of(x.values())});
    }

    static double sum(double[] line) {
        double sum = 0;
        for (double v : line) sum += v;
        return sum;
    }

    /** NaN where there is one. */
    static double largest(double[] line) {
        return DoubleStream.of(line).reduce(Math::max).orElseThrow();
    }

    private static double smallest(double[] line) {
        return DoubleStream.of(line).reduce(Math::min).orElseThrow();
    }

    private static void extremes(References r, String name, Array.Fold f) {
        r.add(name, "all", in -> all(in.get(0), f));
        r.add(name, "of one", in -> all(in.get(0), f));
        r.add(name, "last", in -> in.get(0).fold(1, f));
        r.add(name, "outer", in -> in.get(0).fold(0, f));
        r.add(name, "equal elements", in -> in.get(0).fold(1, f));
        r.add(name, "no rows", in -> new Array(new long[] {0}, new double[0]));
    }

    private static void firsts(References r, String name, Array.Fold extreme) {
        Array.Fold first = line -> {
            double wanted = extreme.of(line);
            for (int k = 0; k < line.length; k++) if (line[k] == wanted || (Double.isNaN(line[k]) && Double.isNaN(wanted))) return k;
            throw new AssertionError("no extreme");
        };
        r.add(name, "rows", in -> in.get(0).fold(1, first));
        r.add(name, "columns", in -> in.get(0).fold(0, first));
        r.add(name, "equal elements", in -> in.get(0).fold(1, first));
        r.add(name, "of one", in -> in.get(0).fold(0, first));
    }

    private interface OfLine {
        double at(double[] line, int k);
    }

    private static void softmax(References r, String name, OfLine f) {
        r.add(name, in -> along(in.get(0), 1, f));
        r.add(name, "of one", in -> along(in.get(0), 0, f));
    }

    private static Array along(Array x, int axis, OfLine f) {
        return Array.of(x.shape(), index -> f.at(x.line(index, axis), (int) index[axis]));
    }

    private static double norm(double[] line) {
        return Math.sqrt(DoubleStream.of(line).map(v -> v * v).sum());
    }

    /** Shifted by the largest element; minus infinity when all are, infinity when one is. */
    static double logSumExp(double[] line) {
        double top = largest(line);
        if (Double.isInfinite(top)) return top;
        return top + Math.log(sumOfExp(line));
    }

    /** {@code log sum exp(x - m)} with m the largest element. */
    static double logOfSumBelow(double[] line) {
        return Math.log(sumOfExp(line));
    }

    /** {@code sum exp(x - m)} with m the largest element; NaN when that is infinite. */
    private static double sumOfExp(double[] line) {
        double top = largest(line);
        return DoubleStream.of(line).map(v -> Math.exp(v - top)).sum();
    }
}
