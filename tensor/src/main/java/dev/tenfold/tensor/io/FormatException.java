package dev.tenfold.tensor.io;

import java.io.IOException;
import java.nio.file.Path;

/** A file is not what its name or its own header says: truncated, altered, or of another format. The message names file, place and reason. */
public final class FormatException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    /**
     * An error in a file.
     *
     * @param offset the byte of the file (of a packed file: of its unpacked content) at which the error was seen
     * @param reason a sentence without the file's name
     */
    public FormatException(Path file, long offset, String reason) {
        super(file + ", byte " + offset + ": " + reason);
        this.file = file;
        this.offset = offset;
    }

    /** The file, or null after serialisation. */
    public Path file() {
        return file;
    }

    /** The byte at which the error was seen. */
    public long offset() {
        return offset;
    }
}
