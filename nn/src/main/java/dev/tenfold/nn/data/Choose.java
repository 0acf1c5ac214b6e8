package dev.tenfold.nn.data;

import java.util.Arrays;

/** Draws numbers with given probabilities, by bisection of their running sum. */
final class Choose {
    private final double[] upTo;

    Choose(String who, double[] weights) {
        upTo = new double[weights.length];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) throw new IllegalArgumentException(who + ": weight " + i + " is " + weights[i] + "; it must be finite and not negative");
            sum += weights[i];
            upTo[i] = sum;
        }
        if (!(sum > 0) || Double.isInfinite(sum)) throw new IllegalArgumentException(who + ": the " + weights.length + " weights sum to " + sum + ", which must be above 0 and finite");
    }

    /** i with probability {@code weights[i] / sum}; never one of weight 0. */
    int next(Draws draws) {
        double at = draws.fine() * upTo[upTo.length - 1];
        int found = Arrays.binarySearch(upTo, at);
        int i = found < 0 ? -found - 1 : found + 1;
        while (i > 0 && upTo[i - 1] > at) i--; // equal sums: weights of 0
        while (upTo[i] <= at) i++;
        return i;
    }
}
