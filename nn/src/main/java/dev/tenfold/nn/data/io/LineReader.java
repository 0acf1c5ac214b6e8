package dev.tenfold.nn.data.io;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The lines of a text file in UTF-8, packed by gzip or not, one at a time and of bounded length. They end with a line feed, before which
 * a carriage return is dropped; a byte order mark at the start is, too.
 */
public final class LineReader implements AutoCloseable {
    private static final int FIRST = 256;

    private final Path path;
    private final PackedFile file;
    private final int longest;
    private final byte[] buffer = new byte[1 << 16];
    private byte[] line;
    private int filled;
    private int used;
    private int length;
    private long start;
    private long number;

    /**
     * Opens {@code path}.
     *
     * @param longest bytes that a line may have
     */
    public LineReader(Path path, int longest) throws IOException {
        this.path = path;
        this.longest = longest;
        line = new byte[Math.min(FIRST, longest)];
        file = PackedFile.open(path);
    }

    /** The next line; false at the end of the file. */
    public boolean next() throws IOException {
        length = 0;
        start = file.offset() - filled + used;
        number++;
        boolean any = false;
        while (true) {
            if (used == filled) {
                used = 0;
                filled = file.read(buffer, 0, buffer.length);
                if (filled == 0) break;
            }
            any = true;
            int end = used;
            while (end < filled && buffer[end] != '\n') end++;
            append(end - used);
            used = end;
            if (end < filled) {
                used++;
                break;
            }
        }
        if (length > 0 && line[length - 1] == '\r') length--;
        if (number == 1 && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF) {
            System.arraycopy(line, 3, line, 0, length -= 3);
            start += 3;
        }
        return any;
    }

    private void append(int count) throws FormatException {
        if (length + count > longest) throw fail(longest, "the line is longer than " + longest + " bytes");
        if (length + count > line.length) line = Arrays.copyOf(line, (int) Math.min(longest, Math.max(2L * line.length, length + count)));
        System.arraycopy(buffer, used, line, length, count);
        length += count;
    }

    /** The bytes of the line, of which {@link #length()} count; they are overwritten by the next line. */
    public byte[] bytes() {
        return line;
    }

    public int length() {
        return length;
    }

    /** The number of the line, from 1. */
    public long number() {
        return number;
    }

    public Path path() {
        return path;
    }

    /** The text of some bytes of the line; malformed UTF-8 is an error. */
    public String text(int from, int to) throws FormatException {
        for (int i = from; i < to; i++) {
            if (line[i] < 0) return decoded(from, to);
        }
        return new String(line, from, to - from, StandardCharsets.US_ASCII);
    }

    private String decoded(int from, int to) throws FormatException {
        ByteBuffer bytes = ByteBuffer.wrap(line, from, to - from);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            int at = bytes.position();
            throw fail(at, "the bytes from 0x" + String.format("%02x", line[at]) + " on are no UTF-8");
        }
    }

    /** The error {@code reason} at byte {@code at} of the line. */
    public FormatException fail(int at, String reason) {
        return new FormatException(path, start + at, "line " + number + ": " + reason);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
