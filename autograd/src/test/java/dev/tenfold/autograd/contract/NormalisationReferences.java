package dev.tenfold.autograd.contract;

import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** Normalisations, by the definition of mean and variance. */
final class NormalisationReferences {
    private static final double EPS = 1e-3;

    private NormalisationReferences() {
    }

    static void addTo(References r) {
        r.add("batchNorm", in -> normalised(in, NormalisationReferences::channel, NormalisationReferences::channel));
        r.add("batchNorm", "mean", in -> ofChannels(in.get(0), Moments::mean));
        r.add("batchNorm", "variance", in -> ofChannels(in.get(0), Moments::variance));
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
        return IntStream.range(0, groups).mapToObj(k -> Moments.of(IntStream.range(0, x.values().length)
                .filter(i -> group.applyAsInt(Array.indexOf(i, x.shape())) == k).mapToDouble(i -> x.values()[i]).toArray())).toArray(Moments[]::new);
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
