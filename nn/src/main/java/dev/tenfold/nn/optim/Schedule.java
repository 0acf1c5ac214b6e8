package dev.tenfold.nn.optim;

import java.util.Arrays;

/** The learning rate as a function of training progress in [0, 1]. */
@FunctionalInterface
public interface Schedule {
    /** The rate at {@code progress}: 0 at the first step, towards 1 at the end. */
    double rate(double progress);

    static Schedule constant(double rate) {
        return progress -> rate;
    }

    /** {@code last + (first - last) (1 + cos(pi progress)) / 2} (Loshchilov and Hutter 2017). */
    static Schedule cosine(double first, double last) {
        return progress -> last + (first - last) * (1 + Math.cos(Math.PI * Math.clamp(progress, 0, 1))) / 2;
    }

    /** {@code first factor^k} after k of the {@code milestones}, which are fractions of the training in rising order. */
    static Schedule steps(double first, double factor, double... milestones) {
        double[] at = milestones.clone();
        if (!Arrays.equals(at, Arrays.stream(at).sorted().toArray())) {
            throw new IllegalArgumentException("steps: milestones " + Arrays.toString(at) + " must rise");
        }
        return progress -> {
            double rate = first;
            for (double milestone : at) if (progress >= milestone) rate *= factor;
            return rate;
        };
    }

    /** This schedule, but rising linearly from 0 over the first {@code fraction} of the training. */
    default Schedule warmUp(double fraction) {
        return progress -> rate(progress) * (fraction > 0 ? Math.min(1, progress / fraction) : 1);
    }
}
