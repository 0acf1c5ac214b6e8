package dev.tenfold.nn.data.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;
import javax.imageio.plugins.jpeg.JPEGQTable;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes JPEG files, for tests. */
public final class JpegBytes {
    private JpegBytes() {
    }

    /** A file of the given pixels, u8 [c, h, w] with 1 or 3 channels, in best quality. */
    public static byte[] of(byte[] pixels, int channels, int height, int width, boolean progressive) throws IOException {
        BufferedImage image = new BufferedImage(width, height, channels == 1 ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_INT_RGB);
        for (int c = 0; c < channels; c++) {
            for (int i = 0; i < height * width; i++) image.getRaster().setSample(i % width, i / width, c, pixels[c * height * width + i] & 0xFF);
        }
        return write(new IIOImage(image, null, null), progressive);
    }

    /** A file of four components that are stored as given, with Adobe's marker of the given transform, or without one when it is below 0. */
    static byte[] ofFour(int[] samples, int height, int width, int transform) throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, 4, null);
        raster.setPixels(0, 0, width, height, samples);
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        IIOMetadata metadata = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromBufferedImageType(BufferedImage.TYPE_INT_RGB), null);
        writer.dispose();
        String format = metadata.getNativeMetadataFormatName();
        IIOMetadataNode root = new IIOMetadataNode(format);
        root.appendChild(new IIOMetadataNode("JPEGvariety"));
        IIOMetadataNode sequence = new IIOMetadataNode("markerSequence");
        root.appendChild(sequence);
        if (transform >= 0) sequence.appendChild(node("app14Adobe", "version", "100", "flags0", "0", "flags1", "0", "transform", "" + transform));
        IIOMetadataNode tables = new IIOMetadataNode("dqt");
        IIOMetadataNode table = node("dqtable", "elementPrecision", "0", "qtableId", "0");
        int[] ones = new int[64];
        Arrays.fill(ones, 1);
        table.setUserObject(new JPEGQTable(ones));
        tables.appendChild(table);
        sequence.appendChild(tables);
        IIOMetadataNode frame = node("sof", "process", "0", "samplePrecision", "8", "numLines", "" + height, "samplesPerLine", "" + width, "numFrameComponents", "4");
        IIOMetadataNode scan = node("sos", "numScanComponents", "4", "startSpectralSelection", "0", "endSpectralSelection", "63", "approxHigh", "0", "approxLow", "0");
        for (int c = 1; c <= 4; c++) {
            frame.appendChild(node("componentSpec", "componentId", "" + c, "HsamplingFactor", "1", "VsamplingFactor", "1", "QtableSelector", "0"));
            scan.appendChild(node("scanComponentSpec", "componentSelector", "" + c, "dcHuffTable", "0", "acHuffTable", "0"));
        }
        sequence.appendChild(frame);
        IIOMetadataNode codes = new IIOMetadataNode("dht");
        IIOMetadataNode dc = node("dhtable", "class", "0", "htableId", "0");
        dc.setUserObject(JPEGHuffmanTable.StdDCLuminance);
        IIOMetadataNode ac = node("dhtable", "class", "1", "htableId", "0");
        ac.setUserObject(JPEGHuffmanTable.StdACLuminance);
        codes.appendChild(dc);
        codes.appendChild(ac);
        sequence.appendChild(codes);
        sequence.appendChild(scan);
        metadata.setFromTree(format, root);
        return write(new IIOImage(raster, null, metadata), false);
    }

    private static IIOMetadataNode node(String name, String... attributes) {
        IIOMetadataNode node = new IIOMetadataNode(name);
        for (int i = 0; i < attributes.length; i += 2) node.setAttribute(attributes[i], attributes[i + 1]);
        return node;
    }

    private static byte[] write(IIOImage image, boolean progressive) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            ImageWriteParam param = writer.getDefaultWriteParam();
            if (image.getMetadata() == null) {
                param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                param.setCompressionQuality(1);
                if (progressive) param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            }
            writer.setOutput(stream);
            writer.write(null, image, param);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }
}
