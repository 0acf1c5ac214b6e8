package dev.tenfold.methods.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A plot as a chart: curves and points over numbers, bars over categories. */
final class PlotChart {
    // Okabe and Ito's colours (2008), which people with any colour vision tell apart; yellow, faint on white, is left out.
    private static final Color[] COLOURS = {new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73),
            new Color(0xCC79A7), new Color(0xE69F00), new Color(0x56B4E9), new Color(0x404040)};
    private static final Marker[] MARKERS = {SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.TRIANGLE_UP,
            SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_DOWN, SeriesMarkers.CROSS};
    static final Color INK = new Color(0x333333);
    static final Color GRID = new Color(0xE2E2E2);
    static final Font NUMBERS = font(Font.PLAIN, 12);
    static final Font TITLES = font(Font.PLAIN, 13);
    private static final Color CLEAR = new Color(255, 255, 255, 0);
    // Beyond that, markers hide the line that they mark.
    private static final int MARKED_POINTS = 40;

    // A longer legend stands at the side.
    private static final int LETTERS_BELOW = 80;

    private PlotChart() {
    }

    /** Whether bars are asked for, which stand over categories. */
    static boolean hasBars(Plot plot) {
        return plot.series().stream().anyMatch(s -> s.style() == Plot.Style.BARS);
    }

    /** Curves over numbers, with room below but without numbers at the axes: {@link #xAxis} and {@link #yAxis} have them. */
    static XYChart curves(Plot plot, Axis xAxis, Axis yAxis) {
        XYChart chart = new XYChartBuilder().title(plot.title()).xAxisTitle(plot.x()).build();
        style(chart.getStyler(), plot);
        axes(chart.getStyler(), xAxis, yAxis);
        for (int i = 0; i < plot.series().size(); i++) {
            Plot.Series s = plot.series().get(i);
            Points points = Points.of(s, xAxis.log(), yAxis.log());
            if (!points.anyDrawn()) continue;
            XYSeries series = chart.addSeries(legend(plot, i), points.x(), points.y());
            boolean scatter = s.style() == Plot.Style.POINTS;
            series.setXYSeriesRenderStyle(scatter ? XYSeries.XYSeriesRenderStyle.Scatter : XYSeries.XYSeriesRenderStyle.Line);
            series.setLineColor(COLOURS[i % COLOURS.length]);
            series.setMarkerColor(COLOURS[i % COLOURS.length]);
            series.setLineStyle(new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
            series.setMarker(scatter || points.x().length <= MARKED_POINTS ? MARKERS[i % MARKERS.length] : SeriesMarkers.NONE);
        }
        if (chart.getSeriesMap().isEmpty()) { // nothing that these axes can show: the axes stay
            XYSeries empty = chart.addSeries("nothing to draw", new double[] {xAxis.from(), xAxis.to()}, new double[] {yAxis.from(), yAxis.to()});
            empty.setLineColor(CLEAR);
            empty.setMarker(SeriesMarkers.NONE);
        }
        return chart;
    }

    // The chart leaves room for the numbers below and draws none, nor lines.
    private static void axes(AxesChartStyler styler, Axis x, Axis y) {
        styler.setXAxisMin(x.from()).setXAxisMax(x.to()).setYAxisMin(y.from()).setYAxisMax(y.to());
        styler.setPlotContentSize(1);
        styler.setPlotMargin(0);
        styler.setChartBackgroundColor(CLEAR);
        styler.setPlotBackgroundColor(CLEAR);
        styler.setPlotGridLinesVisible(false);
        styler.setAxisTickLabelsColor(CLEAR).setAxisTicksLineVisible(false).setAxisTicksMarksVisible(false).setAxisTickPadding(14);
        styler.setxAxisTickLabelsFormattingFunction(place -> "0").setYAxisTicksVisible(false);
    }

    /** The axis along x, wide enough for every point that can be drawn. */
    static Axis xAxis(Plot plot) {
        return axis(plot, plot.logX(), true);
    }

    /** The axis along y. */
    static Axis yAxis(Plot plot) {
        return axis(plot, plot.logY(), false);
    }

    private static Axis axis(Plot plot, boolean log, boolean alongX) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Plot.Series s : plot.series()) {
            Points points = Points.of(s, plot.logX(), plot.logY());
            for (int i = 0; i < points.x().length; i++) {
                if (Double.isNaN(points.y()[i])) continue;
                double place = alongX ? points.x()[i] : points.y()[i];
                low = Math.min(low, place);
                high = Math.max(high, place);
            }
        }
        return low <= high ? Axis.over(low, high, log) : Axis.over(0, 1, log);
    }

    static CategoryChart categories(Plot plot) {
        CategoryChart chart = new CategoryChartBuilder().title(plot.title()).xAxisTitle(plot.x()).yAxisTitle(plot.y()).build();
        style(chart.getStyler(), plot);
        TreeSet<Double> places = new TreeSet<>();
        for (Plot.Series s : plot.series()) for (double x : s.x()) if (Double.isFinite(x)) places.add(x);
        List<String> labels = places.stream().map(place -> Numbers.readable(place, 3)).toList();
        for (int i = 0; i < plot.series().size(); i++) {
            Plot.Series s = plot.series().get(i);
            CategorySeries series = chart.addSeries(legend(plot, i), labels, valuesAt(places, s, plot.logY()));
            series.setChartCategorySeriesRenderStyle(switch (s.style()) {
                case BARS -> CategorySeries.CategorySeriesRenderStyle.Bar;
                case LINE -> CategorySeries.CategorySeriesRenderStyle.Line;
                case POINTS -> CategorySeries.CategorySeriesRenderStyle.Scatter;
            });
            Color colour = COLOURS[i % COLOURS.length];
            series.setFillColor(colour);
            series.setLineColor(colour);
            series.setMarkerColor(colour);
            series.setMarker(s.style() == Plot.Style.BARS ? SeriesMarkers.NONE : MARKERS[i % MARKERS.length]);
        }
        chart.getStyler().setAvailableSpaceFill(0.85).setXAxisMaxLabelCount(10);
        chart.getStyler().setYAxisLogarithmic(plot.logY());
        return chart;
    }

    // Charts know their series by name: a name that was there before gets its number.
    private static String legend(Plot plot, int i) {
        String name = plot.series().get(i).name();
        boolean before = plot.series().subList(0, i).stream().anyMatch(s -> s.name().equals(name));
        return before ? name + " (" + (i + 1) + ")" : name;
    }

    private static List<Double> valuesAt(TreeSet<Double> places, Plot.Series s, boolean logY) {
        List<Double> values = new ArrayList<>();
        for (double place : places) {
            Double value = null;
            for (int k = 0; k < s.x().length; k++) {
                if (s.x()[k] == place && Double.isFinite(s.y()[k]) && (!logY || s.y()[k] > 0)) value = s.y()[k];
            }
            values.add(value);
        }
        return values;
    }

    private static void style(AxesChartStyler styler, Plot plot) {
        styler.setBaseFont(font(Font.PLAIN, 13));
        styler.setChartTitleFont(font(Font.BOLD, 15)).setLegendFont(font(Font.PLAIN, 13));
        styler.setAxisTitleFont(TITLES).setAxisTickLabelsFont(NUMBERS);
        styler.setChartBackgroundColor(Color.WHITE).setChartFontColor(INK).setChartPadding(14);
        styler.setChartTitleBoxVisible(false);
        styler.setPlotBackgroundColor(Color.WHITE).setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setPlotGridLinesStroke(new BasicStroke(1f));
        styler.setAxisTickMarksColor(GRID);
        styler.setAxisTickLabelsColor(INK);
        styler.setLegendBorderColor(Color.WHITE).setLegendBackgroundColor(Color.WHITE);
        boolean below = plot.series().stream().mapToInt(each -> each.name().length() + 6).sum() <= LETTERS_BELOW;
        styler.setLegendPosition(below ? Styler.LegendPosition.OutsideS : Styler.LegendPosition.OutsideE)
                .setLegendLayout(below ? Styler.LegendLayout.Horizontal : Styler.LegendLayout.Vertical);
        styler.setLegendVisible(plot.series().size() > 1);
        styler.setMarkerSize(7);
    }

    private static Font font(int weight, int size) {
        return new Font(Font.SANS_SERIF, weight, size);
    }

    /** The places of the points that the axes can show: what is infinite, or not positive on a logarithmic axis, leaves a gap. */
    private record Points(double[] x, double[] y) {
        static Points of(Plot.Series s, boolean logX, boolean logY) {
            int n = 0;
            double[] x = new double[s.x().length];
            double[] y = new double[s.x().length];
            for (int i = 0; i < x.length; i++) {
                if (!Double.isFinite(s.x()[i]) || logX && s.x()[i] <= 0) continue;
                x[n] = Axis.place(s.x()[i], logX);
                y[n++] = Double.isFinite(s.y()[i]) && (!logY || s.y()[i] > 0) ? Axis.place(s.y()[i], logY) : Double.NaN;
            }
            return new Points(java.util.Arrays.copyOf(x, n), java.util.Arrays.copyOf(y, n));
        }

        boolean anyDrawn() {
            for (double value : y) if (!Double.isNaN(value)) return true;
            return false;
        }
    }
}
