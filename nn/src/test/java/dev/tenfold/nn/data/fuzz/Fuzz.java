package dev.tenfold.nn.data.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.tensor.Scope;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/**
 * Holds a reader to its promise for damaged files: it gives a value that its own checks accept, or throws an {@link IOException} or
 * {@link IllegalArgumentException} that names the file; and it takes no more memory than in proportion to the file's length.
 */
final class Fuzz {
    /** Reads a file and checks what came out of it. */
    interface Reading {
        void read(Path path) throws IOException;
    }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long ANY = 4 << 20;

    private final Path file;
    private final long perByte;
    private UnaryOperator<byte[]> repair = UnaryOperator.identity();

    /**
     * Files of the given name.
     *
     * @param perByte bytes of memory that each byte of a file may cost, beside 4 MiB for any
     */
    Fuzz(Path file, long perByte) {
        this.file = file;
        this.perByte = perByte;
    }

    /** Makes checksums right again after the damage, so that it comes further. */
    Fuzz repairedBy(UnaryOperator<byte[]> checksums) {
        repair = checksums;
        return this;
    }

    /** Reads {@code original} and {@code count} damaged copies; most damage is in the first {@code head} bytes. */
    void run(byte[] original, int head, int count, Reading reading) throws IOException {
        write(original);
        try (Scope scope = Scope.open()) {
            reading.read(file); // it must be read, and loads classes
        }
        Mutations mutations = new Mutations(original, head, 20);
        int read = 0;
        for (int i = 0; i < count; i++) read += survives(repair.apply(mutations.next(i, count)), reading, i) ? 1 : 0;
        assertTrue(read < count, "nothing was refused");
    }

    /** One file that must be refused. */
    void refuses(byte[] bytes, Reading reading) throws IOException {
        assertTrue(!survives(bytes, reading, -1), "it was read");
    }

    /** In place: some file systems bring a file to the disk that is cut to nothing and written anew, which takes milliseconds. */
    private void write(byte[] bytes) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(bytes);
            out.setLength(bytes.length);
        }
    }

    private boolean survives(byte[] bytes, Reading reading, int number) throws IOException {
        write(bytes);
        HostAllocator memory = HostAllocator.get();
        long live = memory.stats().liveBytes();
        memory.resetPeak();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        boolean read = false;
        try (Scope scope = Scope.open()) {
            reading.read(file);
            read = true;
        } catch (IOException | IllegalArgumentException expected) {
            String message = String.valueOf(expected.getMessage());
            if (!message.contains(file.getFileName().toString())) fail(describe(number, bytes) + ": the error does not name the file: " + expected, expected);
        } catch (RuntimeException | Error other) {
            fail(describe(number, bytes) + ": " + other, other);
        }
        long taken = THREADS.getCurrentThreadAllocatedBytes() - before + Math.max(0, memory.stats().peakBytes() - live);
        assertTrue(taken <= ANY + perByte * bytes.length, () -> describe(number, bytes) + " took " + taken + " bytes of memory");
        return read;
    }

    private static String describe(int number, byte[] bytes) {
        return "damage " + number + ", " + bytes.length + " bytes (" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 200)) + ")";
    }
}
