package dev.tenfold.methods.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.knowm.xchart.internal.chartpart.Chart;

/** Draws plots as PNG, twice as fine as they are meant to be shown. */
public final class PlotImage {
    static final int WIDTH = 760;
    static final int HEIGHT = 460;
    private static final int FINENESS = 2;

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
        Chart<?, ?> chart = PlotChart.of(plot);
        BufferedImage image = new BufferedImage(WIDTH * FINENESS, HEIGHT * FINENESS, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        try {
            g.setColor(Color.WHITE);
            g.fillRect(0, 0, image.getWidth(), image.getHeight());
            g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            g.scale(FINENESS, FINENESS);
            chart.paint(g, WIDTH, HEIGHT);
        } finally {
            g.dispose();
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "png", bytes)) throw new IOException("this Java has no PNG writer");
        return bytes.toByteArray();
    }
}
