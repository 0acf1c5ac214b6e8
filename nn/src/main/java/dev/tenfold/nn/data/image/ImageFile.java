package dev.tenfold.nn.data.image;

import dev.tenfold.tensor.io.FormatException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG (baseline and progressive, grey, YCbCr, RGB, CMYK and YCCK) and PNG (all of its forms) to pixels u8 [c, h, w].
 *
 * <p>Pixels are what is stored: colour profiles, gamma and the orientation of cameras are not applied. 16 bits are rounded to 8, palettes
 * looked up, CMYK is turned to RGB by {@code r = (1 - c)(1 - k)}. What is transparent is laid on a background. Grey becomes three equal channels
 * where colour is wanted, colour becomes luminance {@code 0.299 r + 0.587 g + 0.114 b} where grey is wanted.
 *
 * <p>Headers are checked before pixels are decoded, so a forged one cannot ask for more memory than the limit, and not for more than the
 * length of the file can stand for.
 *
 * @param channels   1 for grey, 3 for red, green and blue
 * @param background the grey value 0 to 255 behind transparent pixels
 * @param mostPixels that an image may have
 */
public record ImageFile(int channels, int background, long mostPixels) {
    private static final long MOST_PIXELS = 1 << 25;
    private static final long MOST_BYTES = 1 << 28;

    /** Checks the ranges. */
    public ImageFile {
        if (channels != 1 && channels != 3) throw new IllegalArgumentException("ImageFile: " + channels + " channels; 1 and 3 are possible");
        if (background < 0 || background > 255) throw new IllegalArgumentException("ImageFile: background " + background + " is not in 0..255");
        if (mostPixels < 1 || mostPixels > Integer.MAX_VALUE / 4) throw new IllegalArgumentException("ImageFile: at most " + mostPixels + " pixels; 1 to 2^29 are possible");
    }

    /** Three channels, white behind transparent pixels, at most 33 million pixels. */
    public static ImageFile colour() {
        return new ImageFile(3, 255, MOST_PIXELS);
    }

    /** One channel, white behind transparent pixels, at most 33 million pixels. */
    public static ImageFile grey() {
        return new ImageFile(1, 255, MOST_PIXELS);
    }

    /**
     * The image in a file.
     *
     * @throws FormatException when it is no whole JPEG or PNG file, or has too many pixels
     * @throws IOException     when it cannot be read
     */
    public Picture read(Path path) throws IOException {
        if (Files.isRegularFile(path) && Files.size(path) > MOST_BYTES) throw new FormatException(path, 0, Files.size(path) + " bytes are more than the " + MOST_BYTES + " of an image file");
        return decode(Files.readAllBytes(path), path);
    }

    /**
     * The image in the bytes of a file.
     *
     * @param path the file's name, for errors
     * @throws FormatException when it is no whole JPEG or PNG file, or has too many pixels
     */
    public Picture decode(byte[] file, Path path) throws FormatException {
        ImageHeader header = ImageHeader.read(file, path, mostPixels);
        try {
            return picture(header, file, path);
        } catch (FormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // the decoders of the JDK throw all kinds for damaged files
            throw (FormatException) new FormatException(path, 0, "the " + (header.png() ? "PNG" : "JPEG") + " image cannot be decoded: " + reason(e)).initCause(e);
        }
    }

    private static String reason(Exception e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) deepest = deepest.getCause();
        return deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage();
    }

    private Picture picture(ImageHeader header, byte[] file, Path path) throws IOException {
        ImageReader reader = reader(header.png() ? "png" : "jpeg");
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(stream, true, true);
            Damage damage = new Damage();
            reader.addIIOReadWarningListener(damage);
            Picture picture = new Picture(channels, header.height(), header.width());
            if (!header.png() && header.components() == 4) {
                Raster raster = reader.readRaster(0, null);
                checkSize(header, raster.getWidth(), raster.getHeight(), path);
                new Pixels(picture, background).ofInks(raster, header.adobe());
            } else {
                BufferedImage image = reader.read(0);
                checkSize(header, image.getWidth(), image.getHeight(), path);
                Pixels pixels = new Pixels(picture, background);
                if (image.getColorModel() instanceof IndexColorModel palette) pixels.ofPalette(image.getRaster(), palette);
                else pixels.ofSamples(image.getRaster(), image.getColorModel().isAlphaPremultiplied());
            }
            if (damage.message != null) throw new FormatException(path, 0, "the image is damaged: " + damage.message);
            return picture;
        } finally {
            reader.dispose();
        }
    }

    private static void checkSize(ImageHeader header, int width, int height, Path path) throws FormatException {
        if (width != header.width() || height != header.height()) {
            throw new FormatException(path, 0, "the header says " + header.width() + " x " + header.height() + " pixels, " + width + " x " + height + " were decoded");
        }
    }

    /** The JDK's own decoder, whichever others an application has installed. */
    private static ImageReader reader(String format) throws IIOException {
        for (Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format); readers.hasNext(); ) {
            ImageReader reader = readers.next();
            if (reader.getClass().getName().startsWith("com.sun.imageio.")) return reader;
        }
        throw new IIOException("this Java has no " + format + " decoder (the module java.desktop)");
    }

    /** The decoder of JPEG paints what is missing grey, and only warns. */
    private static final class Damage implements IIOReadWarningListener {
        private static final Pattern SIGNS = Pattern.compile("(?is).*(corrupt|premature|truncated|missing|bogus|invalid (seg|code)).*");
        private String message;

        @Override
        public void warningOccurred(ImageReader source, String warning) {
            if (SIGNS.matcher(warning).matches()) message = warning.strip();
        }
    }
}
