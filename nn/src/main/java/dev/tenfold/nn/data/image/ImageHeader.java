package dev.tenfold.nn.data.image;

import dev.tenfold.tensor.io.FormatException;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * What a JPEG or PNG file says about itself, checked before anything is decoded. PNG chunks are checked by their checksums, so that a
 * damaged file is told from a whole one; JPEG has none.
 *
 * @param png        whether it is PNG, otherwise JPEG
 * @param components per pixel, as stored (of PNG: 1 for a palette)
 * @param adobe      the colour transform of a JPEG file's Adobe marker: 0 none, 1 YCbCr, 2 YCCK; -1 without the marker
 */
record ImageHeader(boolean png, int width, int height, int components, int adobe) {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int IHDR = 0x49484452;
    private static final int IEND = 0x49454E44;
    private static final int MOST_SCANS = 200; // progressive encoders write about ten; each costs a pass over the image
    private static final int DEFLATE_RATIO = 1032;
    private static final int PIXELS_PER_BYTE = 512; // a JPEG block of 8 x 8 pixels has at least one bit

    /**
     * Reads the header.
     *
     * @param most pixels
     * @throws FormatException when the file is neither, is damaged, or has more pixels than {@code most} or than its length can hold
     */
    static ImageHeader read(byte[] file, Path path, long most) throws FormatException {
        if (file.length >= 3 && file[0] == (byte) 0xFF && file[1] == (byte) 0xD8 && file[2] == (byte) 0xFF) return jpeg(file, path, most);
        boolean png = file.length >= PNG.length;
        for (int i = 0; i < PNG.length && png; i++) png = file[i] == PNG[i];
        if (png) return png(file, path, most);
        throw new FormatException(path, 0, file.length == 0 ? "the file is empty" : "this is neither JPEG nor PNG: it begins with the byte 0x" + hex(file[0]));
    }

    private static String hex(byte b) {
        return String.format("%02x", b);
    }

    private static int int32(byte[] file, int at) {
        return int16(file, at) << 16 | int16(file, at + 2);
    }

    private static int int16(byte[] file, int at) {
        return (file[at] & 0xFF) << 8 | file[at + 1] & 0xFF;
    }

    private static void checkSize(Path path, int at, long width, long height, long most, long holds) throws FormatException {
        if (width < 1 || height < 1) throw new FormatException(path, at, "the image is said to be " + width + " wide and " + height + " high; both must be at least 1");
        if (width > most / height) throw new FormatException(path, at, width + " x " + height + " pixels are more than the " + most + " that are decoded");
        if (width * height > holds) throw new FormatException(path, at, "truncated or altered: the header says " + width + " x " + height + " pixels, more than a file of this length can hold");
    }

    private static ImageHeader png(byte[] file, Path path, long most) throws FormatException {
        ImageHeader header = null;
        CRC32 crc = new CRC32();
        for (int at = PNG.length; ; ) {
            if (at + 12 > file.length) throw new FormatException(path, at, "truncated: the PNG file ends before its last chunk");
            int length = int32(file, at);
            if (length < 0 || length > file.length - at - 12) throw new FormatException(path, at, "truncated or altered: a PNG chunk is said to have " + Integer.toUnsignedString(length) + " bytes");
            int type = int32(file, at + 4);
            crc.reset();
            crc.update(file, at + 4, length + 4);
            if ((int) crc.getValue() != int32(file, at + 8 + length)) throw new FormatException(path, at, "the PNG chunk of " + length + " bytes is damaged: its checksum is wrong");
            if (header == null) header = pngHeader(file, path, at, type, length, most);
            else if (type == IHDR) throw new FormatException(path, at, "a second PNG header");
            at += 12 + length;
            if (type == IEND) return header;
        }
    }

    private static ImageHeader pngHeader(byte[] file, Path path, int at, int type, int length, long most) throws FormatException {
        if (type != IHDR || length != 13) throw new FormatException(path, at, "the PNG file does not begin with its header");
        int width = int32(file, at + 8);
        int height = int32(file, at + 12);
        int depth = file[at + 16];
        int kind = file[at + 17];
        int components = kind == 0 || kind == 3 ? 1 : kind == 4 ? 2 : kind == 2 ? 3 : 4;
        boolean known = Integer.bitCount(depth) == 1 && depth >= 1 && depth <= 16 && (kind == 0 || kind == 3 && depth <= 8 || (kind == 2 || kind == 4 || kind == 6) && depth >= 8);
        if (!known) throw new FormatException(path, at + 16, "PNG knows no colour type " + kind + " with " + depth + " bits");
        checkSize(path, at + 8, width, height, most, (long) file.length * DEFLATE_RATIO * 8 / ((long) depth * components));
        return new ImageHeader(true, width, height, components, -1);
    }

    private static ImageHeader jpeg(byte[] file, Path path, long most) throws FormatException {
        ImageHeader header = null;
        int adobe = -1;
        int scans = 0;
        for (int at = 2; ; ) {
            int marker = marker(file, path, at);
            while (file[at + 1] == (byte) 0xFF) at++; // fill bytes
            at += 2;
            if (marker == 0xD9) {
                if (header == null || scans == 0) throw new FormatException(path, at - 2, "the JPEG file ends without an image");
                return new ImageHeader(false, header.width, header.height, header.components, adobe);
            }
            if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) continue; // without content
            if (at + 2 > file.length || int16(file, at) < 2 || at + int16(file, at) > file.length) throw new FormatException(path, at, "truncated or altered: a JPEG segment goes beyond the end");
            int length = int16(file, at);
            if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
                if (header != null) throw new FormatException(path, at, "a second JPEG frame");
                header = frame(file, path, at, length, marker, most);
            } else if (marker == 0xEE && length >= 14 && file[at + 2] == 'A' && file[at + 3] == 'd' && file[at + 4] == 'o' && file[at + 5] == 'b' && file[at + 6] == 'e') {
                adobe = file[at + 13] & 0xFF;
            } else if (marker == 0xDA) {
                if (header == null) throw new FormatException(path, at, "a JPEG scan before the frame");
                if (++scans > MOST_SCANS) throw new FormatException(path, at, "more than " + MOST_SCANS + " JPEG scans");
                at = afterScan(file, at + length);
                continue;
            }
            at += length;
        }
    }

    private static int marker(byte[] file, Path path, int at) throws FormatException {
        int next = at;
        if (at < file.length && file[at] != (byte) 0xFF) throw new FormatException(path, at, "0x" + hex(file[at]) + " where a JPEG marker should be");
        while (next < file.length && file[next] == (byte) 0xFF) next++;
        if (next >= file.length) throw new FormatException(path, file.length, "truncated: the JPEG file has no end marker");
        return file[next] & 0xFF;
    }

    /** Where the entropy-coded bytes end: at a marker that is no restart marker and no stuffed zero. */
    private static int afterScan(byte[] file, int from) {
        int at = from;
        while (at + 1 < file.length) {
            int next = file[at + 1] & 0xFF;
            if (file[at] == (byte) 0xFF && next != 0 && next != 0xFF && !(next >= 0xD0 && next <= 0xD7)) return at;
            at++;
        }
        return file.length;
    }

    private static ImageHeader frame(byte[] file, Path path, int at, int length, int marker, long most) throws FormatException {
        if (length < 8) throw new FormatException(path, at, "the JPEG frame header has " + length + " bytes");
        if (marker > 0xC2) throw new FormatException(path, at - 1, "JPEG frames of kind SOF" + (marker - 0xC0) + " are not read; baseline, extended and progressive with Huffman codes are");
        int depth = file[at + 2];
        int components = file[at + 7] & 0xFF;
        if (depth != 8) throw new FormatException(path, at + 2, "JPEG with " + depth + " bits is not read; 8 are");
        if (components != 1 && components != 3 && components != 4 || length != 8 + 3 * components) throw new FormatException(path, at + 7, "JPEG with " + components + " components; 1, 3 and 4 are read");
        checkSize(path, at + 3, int16(file, at + 5), int16(file, at + 3), most, (long) file.length * PIXELS_PER_BYTE);
        return new ImageHeader(false, int16(file, at + 5), int16(file, at + 3), components, -1);
    }
}
