package dev.tenfold.nn.data.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Image files by name, in a folder or a zip file. Several threads may read at once. */
public interface ImageStore extends AutoCloseable {
    /** The names of the files, sorted: paths with / between their parts. */
    List<String> names();

    /**
     * The bytes of a file.
     *
     * @throws IOException when there is none of that name, or it cannot be read
     */
    byte[] bytes(String name) throws IOException;

    /** The name of a file as errors show it. */
    Path path(String name);

    @Override
    void close() throws IOException;
}
