package dev.tenfold.methods.squareloss;

import java.util.Arrays;
import java.util.Locale;

/** Numbers for tables, and means over repetitions. */
final class Numbers {
    private Numbers() {
    }

    /** Three digits after the point. */
    static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** Four digits after the point. */
    static String four(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** Short, for learning rates and ridges. */
    static String plain(double value) {
        return value != 0 && Math.abs(value) < 1e-3 ? String.format(Locale.ROOT, "%.0e", value).replace("e-0", "e-") : Double.toString(value).replaceAll("\\.0$", "");
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** The least-squares slope of log y over log x. */
    static double logSlope(double[] x, double[] y) {
        double mx = 0;
        double my = 0;
        for (int i = 0; i < x.length; i++) {
            mx += Math.log(x[i]) / x.length;
            my += Math.log(y[i]) / x.length;
        }
        double xy = 0;
        double xx = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (Math.log(x[i]) - mx) * (Math.log(y[i]) - my);
            xx += (Math.log(x[i]) - mx) * (Math.log(x[i]) - mx);
        }
        return xy / xx;
    }
}
