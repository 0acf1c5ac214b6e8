package dev.tenfold.methods.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them. */
public final class Numbers {
    private Numbers() {
    }

    /** Four significant digits, plain between 0.0001 and a million; a dash for NaN. */
    public static String readable(double value) {
        return readable(value, 4);
    }

    static String readable(double value, int digits) {
        if (Double.isNaN(value)) return "–";
        if (Double.isInfinite(value)) return value > 0 ? "∞" : "-∞";
        if (value == Math.rint(value) && Math.abs(value) < 1e9) return String.format(Locale.ROOT, "%.0f", value + 0.0);
        double size = Math.abs(value);
        if (size < 1e-4 || size >= 1e6) return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
        return new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros().toPlainString();
    }

    /** A duration: seconds, minutes or hours. */
    static String duration(double seconds) {
        if (seconds < 60) return String.format(Locale.ROOT, "%.1f s", seconds);
        long whole = Math.round(seconds);
        if (whole < 3600) return whole / 60 + " min " + whole % 60 + " s";
        return whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }
}
