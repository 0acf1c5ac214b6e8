package dev.tenfold.jmh;

import java.util.Arrays;
import java.util.List;

/**
 * Seconds per call, one for each measured iteration of each fork.
 *
 * @param ours empty when it was not measured
 * @param peer empty when it was not measured
 */
public record Measurement(BenchCase row, List<Double> ours, List<Double> peer) {
    /** The median, or NaN of nothing. */
    public static double median(List<Double> samples) {
        double[] sorted = samples.stream().mapToDouble(Double::doubleValue).toArray();
        if (sorted.length == 0) return Double.NaN;
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    double ourMedian() {
        return median(ours);
    }

    double peerMedian() {
        return median(peer);
    }

    /** How many times faster ours is than the peer; below 1: slower. NaN when a side is missing. */
    double speedAgainstPeer() {
        return peerMedian() / ourMedian();
    }
}
