package dev.tenfold.nn.optim;

import java.util.Arrays;

/** A learning rate, or another setting, as a function of training progress in [0, 1]. */
@FunctionalInterface
public interface Schedule {
    /** The rate at {@code progress}: 0 at the first step, towards 1 at the end. */
    double rate(double progress);

    static Schedule constant(double rate) {
        return progress -> rate;
    }

    /** {@code first + (last - first) progress}. */
    static Schedule linear(double first, double last) {
        return polynomial(first, last, 1);
    }

    /** {@code last + (first - last) (1 - progress)^power}. */
    static Schedule polynomial(double first, double last, double power) {
        requirePositive("polynomial", "power", power);
        return progress -> last + (first - last) * Math.pow(1 - clamped(progress), power);
    }

    /** {@code first (last / first)^progress}: the same factor at every step. Both are above 0. */
    static Schedule exponential(double first, double last) {
        requirePositive("exponential", "first", first);
        requirePositive("exponential", "last", last);
        return progress -> first * Math.pow(last / first, clamped(progress));
    }

    /** {@code last + (first - last) (1 + cos(pi progress)) / 2} (Loshchilov and Hutter 2017). */
    static Schedule cosine(double first, double last) {
        return progress -> last + (first - last) * (1 + Math.cos(Math.PI * clamped(progress))) / 2;
    }

    /**
     * {@link #cosine} in cycles, each {@code growth} times as long as the one before and beginning at {@code first} again: the warm restarts
     * of Loshchilov and Hutter 2017, with T_mult = growth.
     */
    static Schedule cosineRestarts(double first, double last, int cycles, double growth) {
        if (cycles < 1) throw new IllegalArgumentException("cosineRestarts: " + cycles + " cycles; at least one is needed");
        requirePositive("cosineRestarts", "growth", growth);
        Schedule cycle = cosine(first, last);
        double[] ends = new double[cycles];
        double length = 1;
        for (int i = 0; i < cycles; i++) {
            ends[i] = (i == 0 ? 0 : ends[i - 1]) + length;
            length *= growth;
        }
        return progress -> {
            double at = clamped(progress) * ends[cycles - 1];
            int i = 0;
            while (i < cycles - 1 && at >= ends[i]) i++;
            double start = i == 0 ? 0 : ends[i - 1];
            return cycle.rate((at - start) / (ends[i] - start));
        };
    }

    /**
     * One cycle (Smith and Topin 2018): linearly from {@code first} to {@code peak} during the fraction {@code rise}, back to {@code first}
     * in as many steps, and on to {@code last} in the rest. The paper has a peak of ten times the first rate and a last one that is some orders
     * of magnitude smaller.
     *
     * @param rise in (0, 0.5]
     */
    static Schedule oneCycle(double first, double peak, double last, double rise) {
        if (!(rise > 0 && rise <= 0.5)) throw new IllegalArgumentException("oneCycle: rise is " + rise + ", must be in (0, 0.5]");
        return linear(first, peak).then(rise, linear(peak, first).then(rise / (1 - rise), linear(first, last)));
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

    /** This schedule, but rising linearly from 0 over the first {@code fraction} of the training: its rate times {@code progress / fraction}. */
    default Schedule warmUp(double fraction) {
        return progress -> rate(progress) * (fraction > 0 ? Math.min(1, progress / fraction) : 1);
    }

    /** This schedule, run from its start to its end, during the first {@code fraction}, then {@code next}, from its start to its end. */
    default Schedule then(double fraction, Schedule next) {
        if (!(fraction >= 0 && fraction <= 1)) throw new IllegalArgumentException("then: the fraction " + fraction + " is not in [0, 1]");
        return progress -> progress < fraction ? rate(progress / fraction) : next.rate(fraction < 1 ? (progress - fraction) / (1 - fraction) : 1);
    }

    private static double clamped(double progress) {
        return Math.clamp(progress, 0, 1);
    }

    private static void requirePositive(String schedule, String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) throw new IllegalArgumentException(schedule + ": " + name + " is " + value + ", must be finite and above 0");
    }
}
