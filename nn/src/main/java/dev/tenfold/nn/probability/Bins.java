package dev.tenfold.nn.probability;

/**
 * The values that a discretised variable takes: {@code first, first + width, …, last}, each standing for the interval of a width around it,
 * the first and last for everything below and above as well. Without ends: all multiples of the width.
 */
public record Bins(double first, double last, double width) {
    /** Checks the fields. */
    public Bins {
        boolean endless = first == Double.NEGATIVE_INFINITY && last == Double.POSITIVE_INFINITY;
        if (!(width > 0) || Double.isInfinite(width) || !endless && !(Double.isFinite(last - first) && last - first >= 0.5 * width)) {
            throw new IllegalArgumentException("Bins: from " + first + " to " + last + " in steps of " + width + "; at least two values in steps of a positive width are expected, or no ends");
        }
        double steps = (last - first) / width;
        if (!endless && Math.abs(steps - Math.rint(steps)) > 1e-6 * Math.max(1, steps)) {
            throw new IllegalArgumentException("Bins: steps of " + width + " from " + first + " do not end at " + last);
        }
    }

    /** All integers. */
    public static Bins integers() {
        return new Bins(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 1);
    }

    /** {@code count} values from {@code first} to {@code last}: 256 from 0 to 255 are those of a pixel. */
    public static Bins of(double first, double last, int count) {
        if (count < 2) throw new IllegalArgumentException("Bins: " + count + " values; at least 2 are expected");
        return new Bins(first, last, (last - first) / (count - 1));
    }

    /** Whether there is a first and a last value. */
    public boolean isBounded() {
        return Double.isFinite(first);
    }

    /** Every value, where there are ends. */
    double[] values() {
        double[] values = new double[(int) Math.rint((last - first) / width) + 1];
        for (int i = 0; i < values.length; i++) values[i] = first + i * width;
        return values;
    }
}
