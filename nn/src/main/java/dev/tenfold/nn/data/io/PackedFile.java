package dev.tenfold.nn.data.io;

import dev.tenfold.tensor.io.FormatException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file read from its start, gzip-compressed or not: that is told by its first two bytes. Offsets count unpacked bytes. Errors of
 * the compressed form become {@link FormatException}s.
 */
public final class PackedFile implements AutoCloseable {
    private static final int DEFLATE_RATIO = 1032; // what one byte of deflate can stand for at most (zlib's technical notes)
    private static final int HEAD = 64;

    private final Path path;
    private final InputStream stream;
    private final byte[] head = new byte[HEAD];
    private final long limit;
    private long offset;

    private PackedFile(Path path, InputStream stream, long limit) {
        this.path = path;
        this.stream = stream;
        this.limit = limit;
    }

    /** Opens {@code path}. */
    public static PackedFile open(Path path) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        try {
            raw.mark(HEAD);
            byte[] head = raw.readNBytes(HEAD);
            raw.reset();
            boolean gzip = head.length >= 2 && (head[0] & 0xFF) == 0x1F && (head[1] & 0xFF) == 0x8B;
            if (!gzip && path.getFileName().toString().endsWith(".gz")) {
                throw new FormatException(path, 0, "the name ends in .gz but this is not gzip: " + describe(head)
                        + ". Fetch it again, or drop .gz from the name if it is unpacked already");
            }
            long limit = gzip ? Math.multiplyExact(Files.size(path), DEFLATE_RATIO) : Files.size(path);
            return new PackedFile(path, gzip ? new GZIPInputStream(raw, 1 << 16) : raw, limit);
        } catch (EOFException | ZipException e) {
            raw.close();
            throw new FormatException(path, 0, "the gzip header is broken: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private static String describe(byte[] head) {
        if (head.length == 0) return "the file is empty";
        for (byte b : head) {
            if (b < 32 && b != '\n' && b != '\r' && b != '\t') return "it begins with the bytes " + hex(head);
        }
        String text = new String(head, 0, Math.min(head.length, 24), StandardCharsets.US_ASCII);
        return "it is a text file that begins with \"" + text.replaceAll("\\s+", " ") + "\"";
    }

    private static String hex(byte[] head) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(4, head.length); i++) hex.append(i == 0 ? "" : " ").append(String.format("%02x", head[i]));
        return hex.toString();
    }

    /** What the file seems to be, for the error of a reader that expected something else. */
    public String seemsToBe() throws IOException {
        if (offset < HEAD) read(new byte[HEAD], 0, HEAD);
        return describe(Arrays.copyOf(head, (int) Math.min(offset, HEAD)));
    }

    /** How many bytes this file can hold at most, unpacked. */
    public long limit() {
        return limit;
    }

    /** Bytes read so far. */
    public long offset() {
        return offset;
    }

    /** Up to {@code count} bytes; fewer at the end of the file only. */
    public int read(byte[] to, int at, int count) throws IOException {
        try {
            int read = stream.readNBytes(to, at, count);
            if (offset < HEAD) System.arraycopy(to, at, head, (int) offset, (int) Math.min(read, HEAD - offset));
            offset += read;
            return read;
        } catch (EOFException e) {
            throw fail("the gzip stream ends too early: the file is truncated");
        } catch (ZipException e) {
            throw fail("the gzip stream is damaged: " + e.getMessage());
        }
    }

    /** Exactly {@code count} bytes, which are {@code what}. */
    public void readFully(byte[] to, int at, int count, String what) throws IOException {
        int read = read(to, at, count);
        if (read < count) throw fail("truncated: " + what + " need " + count + " bytes here, " + read + " are left");
    }

    /** A big-endian 32-bit number, as in IDX headers. */
    public int readInt(String what) throws IOException {
        byte[] four = new byte[4];
        readFully(four, 0, 4, what);
        return (four[0] & 0xFF) << 24 | (four[1] & 0xFF) << 16 | (four[2] & 0xFF) << 8 | four[3] & 0xFF;
    }

    /** Fails when bytes are left: {@code what} was all that should be in the file. */
    public void expectEnd(String what) throws IOException {
        if (read(new byte[1], 0, 1) != 0) {
            offset--;
            throw fail("bytes are left after " + what);
        }
    }

    /** The error {@code reason} at the present offset. */
    public FormatException fail(String reason) {
        return new FormatException(path, offset, reason);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
