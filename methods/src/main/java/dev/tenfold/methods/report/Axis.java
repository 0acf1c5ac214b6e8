package dev.tenfold.methods.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where an axis begins and ends and what stands beside it. On a logarithmic axis all places are decimal logarithms.
 *
 * @param labelled places with a number
 * @param minor    places with a line alone
 */
record Axis(double from, double to, boolean log, List<Mark> labelled, List<Double> minor) {
    /** A place and its number. */
    record Mark(double at, String label) {
    }

    private static final double MARGIN = 0.04;
    private static final int WANTED = 7;

    /** The place of a value. */
    static double place(double value, boolean log) {
        return log ? Math.log10(value) : value;
    }

    /** An axis for places from {@code low} to {@code high}. */
    static Axis over(double low, double high, boolean log) {
        double width = high - low;
        double margin = width > 0 ? width * MARGIN : log ? 0.3 : Math.max(Math.abs(low) * 0.1, 0.5);
        double from = low - margin;
        double to = high + margin;
        return log ? logarithmic(from, to) : linear(from, to);
    }

    private static Axis linear(double from, double to) {
        double step = step(from, to);
        List<Mark> marks = new ArrayList<>();
        for (long k = (long) Math.ceil(from / step); k * step <= to; k++) marks.add(new Mark(k * step, label(k * step, step)));
        return new Axis(from, to, false, marks, List.of());
    }

    /** 1, 2 or 5 times a power of ten. */
    private static double step(double from, double to) {
        double rough = (to - from) / WANTED;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double lead = rough / power;
        return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
    }

    // Over many decades some of them have a number, over few 2 and 5 as well, below one what a linear axis would have.
    private static Axis logarithmic(double from, double to) {
        int first = (int) Math.floor(from);
        int last = (int) Math.ceil(to);
        int decades = (int) (Math.floor(to) - Math.ceil(from)) + 1;
        int every = Math.max(1, (decades + WANTED) / (WANTED + 1));
        List<Mark> marks = new ArrayList<>();
        List<Double> minor = new ArrayList<>();
        for (int decade = first; decade <= last; decade++) {
            for (int lead = 1; lead < 10; lead++) {
                double at = decade + Math.log10(lead);
                if (at < from || at > to) continue;
                boolean named = decades >= 3 ? lead == 1 && Math.floorMod(decade, every) == 0 : lead == 1 || lead == 2 || lead == 5;
                if (named) marks.add(new Mark(at, label(lead * Math.pow(10, decade), Math.pow(10, decade))));
                else if (every == 1) minor.add(at);
            }
        }
        if (marks.size() >= 3) return new Axis(from, to, true, marks, minor);
        double low = Math.pow(10, from);
        double high = Math.pow(10, to);
        List<Mark> fine = linear(low, high).labelled.stream().filter(m -> m.at > 0).map(m -> new Mark(Math.log10(m.at), m.label)).toList();
        return new Axis(from, to, true, fine, List.of());
    }

    private static String label(double value, double step) {
        if (Math.abs(value) < step * 1e-9) return "0";
        if (Math.abs(value) >= 1e6 || step < 1e-5) {
            return String.format(Locale.ROOT, "%.3e", value).replaceFirst("\\.?0+e", "e").replaceFirst("e\\+?(-?)0*(\\d)", "e$1$2");
        }
        int decimals = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
