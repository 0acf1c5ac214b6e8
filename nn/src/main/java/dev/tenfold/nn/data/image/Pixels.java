package dev.tenfold.nn.data.image;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Brings decoded samples of any kind into a {@link Picture}, row by row. */
final class Pixels {
    private final Picture picture;
    private final byte[] to;
    private final int plane;
    private final int width;
    private final int background;

    Pixels(Picture picture, int background) {
        this.picture = picture;
        to = picture.pixels();
        width = picture.width();
        plane = picture.height() * width;
        this.background = background;
    }

    /** Colours of a palette, which may be transparent. */
    void ofPalette(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int[] row = new int[width];
        for (int y = 0; y < picture.height(); y++) {
            raster.getSamples(0, y, width, 1, 0, row);
            for (int x = 0; x < width; x++) {
                int c = colours[row[x]];
                put(y * width + x, c >> 16 & 0xFF, c >> 8 & 0xFF, c & 0xFF, c >>> 24);
            }
        }
    }

    /** Grey, grey and alpha, RGB, RGB and alpha; 8 or 16 bits. */
    void ofSamples(Raster raster, boolean premultiplied) {
        if (premultiplied) throw new IllegalArgumentException("premultiplied alpha");
        int bands = raster.getNumBands();
        boolean wide = raster.getSampleModel().getSampleSize(0) == 16;
        int[] row = new int[width * bands];
        for (int y = 0; y < picture.height(); y++) {
            raster.getPixels(0, y, width, 1, row);
            if (wide) for (int i = 0; i < row.length; i++) row[i] = (row[i] * 255 + 32767) / 65535;
            for (int x = 0; x < width; x++) {
                int at = x * bands;
                int alpha = bands == 2 ? row[at + 1] : bands == 4 ? row[at + 3] : 255;
                if (bands < 3) put(y * width + x, row[at], row[at], row[at], alpha);
                else put(y * width + x, row[at], row[at + 1], row[at + 2], alpha);
            }
        }
    }

    /**
     * The four components of a JPEG file: CMYK, or YCCK whose first three are the YCbCr of inverted inks. Files with Adobe's marker, which
     * are nearly all, hold inverted inks.
     */
    void ofInks(Raster raster, int adobe) {
        int[] row = new int[width * 4];
        for (int y = 0; y < picture.height(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                int at = x * 4;
                if (adobe == 2) fromYcc(row, at);
                if (adobe < 0) for (int i = 0; i < 4; i++) row[at + i] = 255 - row[at + i];
                int k = row[at + 3];
                put(y * width + x, product(row[at], k), product(row[at + 1], k), product(row[at + 2], k), 255);
            }
        }
    }

    private static int product(int a, int b) {
        return (a * b + 127) / 255;
    }

    /** JFIF's YCbCr to RGB. */
    private static void fromYcc(int[] row, int at) {
        double luma = row[at];
        double blue = row[at + 1] - 128;
        double red = row[at + 2] - 128;
        row[at] = clamp(luma + 1.402 * red);
        row[at + 1] = clamp(luma - 0.344136 * blue - 0.714136 * red);
        row[at + 2] = clamp(luma + 1.772 * blue);
    }

    private static int clamp(double value) {
        return (int) Math.clamp(Math.round(value), 0, 255);
    }

    private void put(int at, int r, int g, int b, int alpha) {
        if (picture.channels() == 1) {
            int grey = r == g && g == b ? r : clamp(0.299 * r + 0.587 * g + 0.114 * b);
            to[at] = (byte) laid(grey, alpha);
        } else {
            to[at] = (byte) laid(r, alpha);
            to[plane + at] = (byte) laid(g, alpha);
            to[2 * plane + at] = (byte) laid(b, alpha);
        }
    }

    private int laid(int value, int alpha) {
        return alpha == 255 ? value : (value * alpha + background * (255 - alpha) + 127) / 255;
    }
}
