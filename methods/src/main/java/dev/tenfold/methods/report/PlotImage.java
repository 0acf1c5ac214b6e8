package dev.tenfold.methods.report;

import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;

/** Draws plots as PNG, twice as fine as they are meant to be shown. */
public final class PlotImage {
    static final int WIDTH = 760;
    static final int HEIGHT = 460;
    private static final int FINENESS = 2;
    private static final int GAP = 8;
    private static final Color FAINT = new Color(0xF1F1F1);

    static {
        if (System.getProperty("java.awt.headless") == null) System.setProperty("java.awt.headless", "true");
    }

    private PlotImage() {
    }

    /**
     * Fails now rather than after the work when this machine cannot draw text.
     *
     * @throws IOException with a sentence that says what to install
     */
    public static void requireFonts() throws IOException {
        try {
            BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            Graphics2D g = image.createGraphics();
            g.drawString("x", 1, 7);
            g.dispose();
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IOException("plots cannot be drawn, because Java finds no fonts on this machine. Install some"
                    + " (apt install fontconfig fonts-dejavu-core, or dnf install fontconfig dejavu-sans-fonts) and run again", e);
        }
    }

    /** The bytes of the picture. */
    static byte[] png(Plot plot) throws IOException {
        BufferedImage image = new BufferedImage(WIDTH * FINENESS, HEIGHT * FINENESS, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.scale(FINENESS, FINENESS);
            if (PlotChart.hasBars(plot)) PlotChart.categories(plot).paint(g, WIDTH, HEIGHT);
            else curves(plot, g);
        } finally {
            g.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "png", bytes)) throw new IOException("this Java has no PNG writer");
        return bytes.toByteArray();
    }

    // Painted twice: only then the chart knows where its axes lie, and the lines behind the curves come first.
    private static void curves(Plot plot, Graphics2D g) {
        Axis xAxis = PlotChart.xAxis(plot);
        Axis yAxis = PlotChart.yAxis(plot);
        XYChart chart = PlotChart.curves(plot, xAxis, yAxis);
        g.setFont(PlotChart.NUMBERS);
        FontMetrics metrics = g.getFontMetrics();
        int widest = yAxis.labelled().stream().mapToInt(mark -> metrics.stringWidth(mark.label())).max().orElse(0);
        int margin = GAP + metrics.getHeight() + widest; // the chart's own padding is added
        Graphics2D trial = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_ARGB).createGraphics();
        chart.paint(trial, WIDTH - margin, HEIGHT);
        trial.dispose();
        double left = margin + chart.getScreenXFromChart(xAxis.from());
        double right = margin + chart.getScreenXFromChart(xAxis.to());
        double top = chart.getScreenYFromChart(yAxis.to());
        double bottom = chart.getScreenYFromChart(yAxis.from());
        for (double at : xAxis.minor()) vertical(g, FAINT, along(xAxis, at, left, right), top, bottom);
        for (double at : yAxis.minor()) horizontal(g, FAINT, along(yAxis, at, bottom, top), left, right);
        for (Axis.Mark mark : xAxis.labelled()) {
            double x = along(xAxis, mark.at(), left, right);
            vertical(g, PlotChart.GRID, x, top, bottom);
            text(g, mark.label(), x - metrics.stringWidth(mark.label()) / 2.0, bottom + 5 + metrics.getAscent());
        }
        for (Axis.Mark mark : yAxis.labelled()) {
            double y = along(yAxis, mark.at(), bottom, top);
            horizontal(g, PlotChart.GRID, y, left, right);
            text(g, mark.label(), left - GAP - metrics.stringWidth(mark.label()), y + metrics.getAscent() * 0.38);
        }
        title(g, plot.y(), (top + bottom) / 2);
        g.translate(margin, 0);
        chart.paint(g, WIDTH - margin, HEIGHT);
    }

    private static void text(Graphics2D g, String text, double x, double y) {
        g.setColor(PlotChart.INK);
        g.drawString(text, (float) x, (float) y);
    }

    // Upwards along the left edge.
    private static void title(Graphics2D g, String title, double middle) {
        AffineTransform before = g.getTransform();
        g.setFont(PlotChart.TITLES);
        g.rotate(-Math.PI / 2);
        text(g, title, -middle - g.getFontMetrics().stringWidth(title) / 2.0, GAP + g.getFontMetrics().getAscent());
        g.setTransform(before);
    }

    private static double along(Axis axis, double at, double start, double end) {
        return start + (at - axis.from()) / (axis.to() - axis.from()) * (end - start);
    }

    private static void vertical(Graphics2D g, Color colour, double x, double top, double bottom) {
        g.setColor(colour);
        g.draw(new Line2D.Double(x, top, x, bottom));
    }

    private static void horizontal(Graphics2D g, Color colour, double y, double left, double right) {
        g.setColor(colour);
        g.draw(new Line2D.Double(left, y, right, y));
    }
}
