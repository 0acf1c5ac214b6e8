package dev.tenfold.autograd.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Normalisations, by the definition of mean and variance, and cross-entropy. */
final class NormalisationReferences {
    private static final double EPS = 1e-3;

    private NormalisationReferences() {
    }

    static void addTo(References r) {
        r.add("batchNorm", in -> normalised(in, NormalisationReferences::channel, NormalisationReferences::channel));
        r.add("batchNorm", "mean", in -> ofChannels(in.get(0), Moments::mean));
        r.add("batchNorm", "variance", in -> ofChannels(in.get(0), Moments::variance));
        layers(r, "last", 1);
        layers(r, "last two", 2);
        layers(r, "all", 2);
        layers(r, "no rows", 1);
        layers(r, "without weight", 1);
        groups(r, "two groups", 2);
        groups(r, "one group", 1);
        groups(r, "instances", 3);
        groups(r, "rows", 2);
        groups(r, "no images", 2);
        groups(r, "without weight", 2);
        r.add("crossEntropy", "mean", in -> reduced(crossEntropy(in, 0), 1.0 / in.get(1).values().length));
        r.add("crossEntropy", "smooth sum", in -> reduced(crossEntropy(in, 0.1), 1));
        r.add("crossEntropy", "none", in -> crossEntropy(in, 0.2));
        r.add("crossEntropy", "ignored label", in -> {
            Array all = crossEntropy(in, 0.1);
            Array counted = Array.of(all.shape(), i -> in.get(1).at(i) == 1 ? 0 : all.at(i));
            return reduced(counted, 1.0 / DoubleStream.of(in.get(1).values()).filter(label -> label != 1).count());
        });
    }

    /** {@code -sum_c target_c log softmax(x)_c} of every row. */
    private static Array crossEntropy(List<Array> in, double smoothing) {
        Array x = in.get(0);
        return Array.of(in.get(1).shape(), i -> {
            double[] line = x.line(new long[] {i[0], 0}, 1);
            double logarithm = ReductionReferences.logOfSumBelow(line);
            double loss = 0;
            for (int c = 0; c < line.length; c++) {
                double target = smoothing / line.length + (c == in.get(1).at(i) ? 1 - smoothing : 0);
                // A class outside of the target has no part, however impossible it is.
                if (target > 0) loss -= target * (line[c] - ReductionReferences.largest(line) - logarithm);
            }
            return loss;
        });
    }

    private static Array reduced(Array losses, double factor) {
        return new Array(new long[0], new double[] {ReductionReferences.sum(losses.values()) * factor});
    }

    private static void layers(References r, String label, int dimensions) {
        r.add("layerNorm", label, in -> {
            long[] shape = in.get(0).shape();
            int split = shape.length - dimensions;
            return normalised(in, i -> position(i, shape, 0, split), i -> position(i, shape, split, shape.length));
        });
    }

    private static void groups(References r, String label, int groups) {
        r.add("groupNorm", label, in -> normalised(in, i -> (int) (i[0] * groups + i[1] / (in.get(0).shape()[1] / groups)), NormalisationReferences::channel));
    }

    /** The row-major position within the dimensions {@code from} up to {@code to}. */
    private static int position(long[] index, long[] shape, int from, int to) {
        long position = 0;
        for (int d = from; d < to; d++) position = position * shape[d] + index[d];
        return (int) position;
    }

    /** Mean and biased variance. */
    private record Moments(double mean, double variance) {
        static Moments of(double[] values) {
            double mean = ReductionReferences.sum(values) / values.length;
            double[] squares = new double[values.length];
            for (int i = 0; i < squares.length; i++) squares[i] = (values[i] - mean) * (values[i] - mean);
            return new Moments(mean, ReductionReferences.sum(squares) / values.length);
        }
    }

    private interface Statistic {
        double of(Moments moments);
    }

    private static int channel(long[] index) {
        return (int) index[1];
    }

    /** The moments of the elements of {@code x} by the group that they belong to. */
    private static Moments[] moments(Array x, ToIntFunction<long[]> group, int groups) {
        List<List<Double>> members = IntStream.range(0, groups).mapToObj(k -> (List<Double>) new ArrayList<Double>()).toList();
        for (int i = 0; i < x.values().length; i++) members.get(group.applyAsInt(Array.indexOf(i, x.shape()))).add(x.values()[i]);
        return members.stream().map(all -> Moments.of(all.stream().mapToDouble(v -> v).toArray())).toArray(Moments[]::new);
    }

    private static Array ofChannels(Array x, Statistic statistic) {
        Moments[] moments = moments(x, NormalisationReferences::channel, (int) x.shape()[1]);
        return Array.of(new long[] {moments.length}, i -> statistic.of(moments[(int) i[0]]));
    }

    /** {@code (x - mean) / sqrt(variance + eps) weight + bias} with the moments of the group of each element; {@code place} is its weight's. */
    private static Array normalised(List<Array> in, ToIntFunction<long[]> group, ToIntFunction<long[]> place) {
        Array x = in.get(0);
        int groups = IntStream.range(0, x.values().length).map(i -> group.applyAsInt(Array.indexOf(i, x.shape())) + 1).max().orElse(0);
        Moments[] moments = moments(x, group, groups);
        return Array.of(x.shape(), i -> {
            Moments own = moments[group.applyAsInt(i)];
            double standard = (x.at(i) - own.mean) / Math.sqrt(own.variance + EPS);
            return in.size() == 1 ? standard : standard * in.get(1).values()[place.applyAsInt(i)] + in.get(2).values()[place.applyAsInt(i)];
        });
    }
}
