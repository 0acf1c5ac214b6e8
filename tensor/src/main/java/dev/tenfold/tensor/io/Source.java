package dev.tenfold.tensor.io;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of tensors while it is read: by position, straight to native memory, with the one kind of error. */
final class Source implements AutoCloseable {
    private static final int PIECE = 1 << 26;

    private final Path path;
    private final FileChannel channel;
    private final long size;

    private Source(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.size = channel.size();
    }

    static Source open(Path path) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) throw new FormatException(path, 0, "this is not a regular file");
        return new Source(path, FileChannel.open(path, StandardOpenOption.READ));
    }

    long size() {
        return size;
    }

    FormatException fail(long offset, String reason) {
        return new FormatException(path, offset, reason);
    }

    private void fill(ByteBuffer to, long offset, String what) throws IOException {
        long at = offset;
        while (to.hasRemaining()) {
            int read = channel.read(to, at);
            if (read < 0) throw fail(at, "truncated: the file ends within " + what);
            at += read;
        }
    }

    /** {@code count} bytes from {@code offset}, which the caller knows to be few. */
    byte[] bytes(long offset, int count, String what) throws IOException {
        if (offset + count > size) throw fail(size, "truncated: " + what + " need " + count + " bytes from byte " + offset + ", the file has " + size);
        byte[] bytes = new byte[count];
        fill(ByteBuffer.wrap(bytes), offset, what);
        return bytes;
    }

    /**
     * Fills a dense tensor with the bytes from {@code offset}, of which there are enough as the caller has checked.
     *
     * @throws FormatException when a bool is neither 0 nor 1
     */
    void into(Tensor t, long offset, String what) throws IOException {
        long bytes = t.elements() * t.dtype().bytes();
        for (long at = 0; at < bytes; at += PIECE) {
            long count = Math.min(PIECE, bytes - at);
            fill(Memory.segment(t.address() + at, count).asByteBuffer(), offset + at, what);
        }
        if (t.dtype() == DType.BOOL) checkBools(t, offset, what);
    }

    private void checkBools(Tensor t, long offset, String what) throws IOException {
        for (long i = 0; i < t.elements(); i++) {
            int value = Memory.getByte(t.address() + i) & 0xFF;
            if (value > 1) throw fail(offset + i, what + " have " + value + " for a bool, which is 0 or 1");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
