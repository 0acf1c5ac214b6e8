package dev.tenfold.methods.report;

import java.util.List;

/**
 * Curves over a common axis.
 *
 * @param title  what is seen
 * @param x      label of the axis
 * @param y      label of the axis
 * @param logX   whether x is logarithmic
 * @param logY   whether y is logarithmic
 * @param series at least one
 */
public record Plot(String title, String x, String y, boolean logX, boolean logY, List<Series> series) {
    /** How a series is drawn. */
    public enum Style { LINE, POINTS, BARS }

    /**
     * One curve.
     *
     * @param name in the legend
     * @param x    as many as y
     * @param y    NaN leaves a gap
     */
    public record Series(String name, double[] x, double[] y, Style style) {
        public Series {
            if (x.length != y.length || x.length == 0) {
                throw new IllegalArgumentException("series " + name + ": " + x.length + " x and " + y.length + " y; equal numbers, at least one, are needed");
            }
        }

        public static Series line(String name, double[] x, double[] y) {
            return new Series(name, x, y, Style.LINE);
        }
    }

    public Plot {
        if (series.isEmpty()) throw new IllegalArgumentException("plot \"" + title + "\": no series");
    }
}
