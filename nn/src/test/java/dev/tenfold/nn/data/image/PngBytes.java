package dev.tenfold.nn.data.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes PNG files of any form from their stored samples, for tests. */
public final class PngBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private PngBytes() {
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    }

    /**
     * A file.
     *
     * @param kind     of colour: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
     * @param samples  [height, width, samples of a pixel]
     * @param palette  RGB triples for kind 3
     * @param transparent the content of the chunk tRNS, or nothing
     */
    public static byte[] of(int width, int height, int depth, int kind, int[] samples, byte[] palette, byte[] transparent) {
        int rowBytes = (samples.length / height * depth + 7) / 8;
        byte[] rows = new byte[height * (rowBytes + 1)]; // each begins with 0, which means no filter
        for (int i = 0; i < samples.length; i++) {
            int perRow = samples.length / height;
            int bit = i % perRow * depth;
            int at = i / perRow * (rowBytes + 1) + 1 + bit / 8;
            if (depth == 16) {
                rows[at] = (byte) (samples[i] >> 8);
                rows[at + 1] = (byte) samples[i];
            } else {
                rows[at] |= (byte) (samples[i] << 8 - depth - bit % 8);
            }
        }
        return file(width, height, depth, kind, rows, palette, transparent);
    }

    /** A file whose image data are the given bytes, whatever the header says. */
    static byte[] file(int width, int height, int depth, int kind, byte[] rows, byte[] palette, byte[] transparent) {
        PngBytes png = new PngBytes();
        png.chunk("IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) depth).put((byte) kind).array());
        if (palette.length > 0) png.chunk("PLTE", palette);
        if (transparent.length > 0) png.chunk("tRNS", transparent);
        Deflater deflater = new Deflater();
        deflater.setInput(rows);
        deflater.finish();
        byte[] packed = new byte[rows.length + 100];
        int length = deflater.deflate(packed);
        deflater.end();
        png.chunk("IDAT", Arrays.copyOf(packed, length));
        png.chunk("IEND", new byte[0]);
        return png.out.toByteArray();
    }

    private void chunk(String type, byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(content);
        out.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        out.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(content);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }
}
