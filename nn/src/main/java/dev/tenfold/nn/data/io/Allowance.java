package dev.tenfold.nn.data.io;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much memory the content of a file may take: some for every file, and so many times the file's length. A packed file of a thousandth of
 * its content's length is no data but an attack.
 */
public final class Allowance {
    private static final long ANY = 1L << 27;

    private final Path path;
    private final long most;
    private long taken;

    /** 128 MiB, and {@code times} the length of the file. */
    public Allowance(Path path, int times) throws IOException {
        this.path = path;
        most = ANY + times * Files.size(path);
    }

    /**
     * Takes {@code bytes} more.
     *
     * @throws FormatException when that is too much
     */
    public void take(long bytes) throws FormatException {
        taken += bytes;
        if (taken > most) throw new FormatException(path, 0, "the content of this file takes more than " + most + " bytes of memory, far more than a file of this length should");
    }
}
