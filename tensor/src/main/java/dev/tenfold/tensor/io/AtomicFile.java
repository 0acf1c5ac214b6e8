package dev.tenfold.tensor.io;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears whole or not at all: it is written under another name in the same folder, brought to the disk and
 * renamed by {@link #commit()}. Closing it without that, as after any exception, removes what was written and leaves an older
 * file of the name as it was:
 *
 * <pre>{@code
 * try (AtomicFile file = AtomicFile.create(path)) {
 *     file.write(bytes);
 *     file.commit();
 * }
 * }</pre>
 *
 * A process that is killed in between leaves the temporary, {@code .NAME.HEX.tmp}; it is never read.
 */
public final class AtomicFile implements AutoCloseable {
    private static final int PIECE = 1 << 26; // a buffer holds an int's worth of bytes; smaller pieces notice interrupts sooner

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private boolean finished;

    private AtomicFile(Path target, Path temporary, FileChannel channel) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
    }

    /**
     * Begins to write {@code target}, whose folder must exist. A symbolic link is followed, so that it stays one.
     *
     * @throws IOException when the folder is missing or cannot be written to, or {@code target} is a folder
     */
    public static AtomicFile create(Path target) throws IOException {
        Path real = Files.isSymbolicLink(target) && Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
        if (Files.isDirectory(real)) throw new IOException(target + " is a folder; name a file in it");
        if (!Files.isDirectory(real.getParent())) throw new IOException("the folder " + real.getParent() + " does not exist, so " + target + " cannot be written");
        String mark = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
        Path temporary = real.resolveSibling("." + real.getFileName() + "." + mark + ".tmp");
        return new AtomicFile(real, temporary, FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** Writes {@code text} as UTF-8 to {@code target}. */
    public static void writeString(Path target, String text) throws IOException {
        writeBytes(target, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes {@code bytes} to {@code target}. */
    public static void writeBytes(Path target, byte[] bytes) throws IOException {
        try (AtomicFile file = create(target)) {
            file.write(ByteBuffer.wrap(bytes));
            file.commit();
        }
    }

    /** Appends the rest of {@code bytes}. */
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) channel.write(bytes);
    }

    /** Appends {@code bytes}, which may be off-heap and of any size. */
    public void write(MemorySegment bytes) throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += PIECE) {
            write(bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer());
        }
    }

    /** A stream that appends to the file, without a buffer; closing the stream leaves the file open for {@link #commit()}. */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                AtomicFile.this.write(ByteBuffer.wrap(new byte[] {(byte) b}));
            }

            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                AtomicFile.this.write(ByteBuffer.wrap(bytes, from, count));
            }
        };
    }

    /** Brings what was written to the disk: where that is full, it shows here, and {@link #commit()} only gives the name. */
    public void sync() throws IOException {
        channel.force(true);
    }

    /** Brings what was written to the disk and gives it its name. */
    public void commit() throws IOException {
        if (finished) throw new IllegalStateException("AtomicFile.commit: " + target + " was committed or closed before");
        sync();
        channel.close();
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
        try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
            folder.force(true); // the rename itself
        }
    }

    /** Without {@link #commit()} before: removes what was written. */
    @Override
    public void close() throws IOException {
        if (finished) return;
        finished = true;
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
