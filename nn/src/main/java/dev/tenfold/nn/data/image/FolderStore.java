package dev.tenfold.nn.data.image;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The JPEG and PNG files of a folder and of the folders in it, by their endings. Hidden files are left out. */
public final class FolderStore implements ImageStore {
    private static final int DEEPEST = 8;
    private static final long MOST_BYTES = 1 << 28;

    private final Path folder;
    private final List<String> names;

    /**
     * Lists the folder.
     *
     * @throws IOException when it cannot be read, or links in it go round
     */
    public FolderStore(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) throw new IOException(folder + " is no folder");
        this.folder = folder;
        try (Stream<Path> files = Files.walk(folder, DEEPEST, FileVisitOption.FOLLOW_LINKS)) {
            names = files.filter(Files::isRegularFile).map(this::name).filter(FolderStore::isImage).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private String name(Path file) {
        return folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    /** Whether a name ends like that of an image and neither it nor a folder above it is hidden. */
    static boolean isImage(String name) {
        return name.toLowerCase(Locale.ROOT).matches("(?s).*\\.(jpe?g|png)") && !name.startsWith(".") && !name.contains("/.");
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public byte[] bytes(String name) throws IOException {
        Path path = path(name);
        if (!path.normalize().startsWith(folder.normalize())) throw new IOException(path + " is outside of " + folder);
        if (!Files.isRegularFile(path)) throw new FormatException(folder, 0, "there is no file " + name + " in this folder");
        if (Files.size(path) > MOST_BYTES) throw new FormatException(path, 0, Files.size(path) + " bytes are more than the " + MOST_BYTES + " of an image file");
        return Files.readAllBytes(path);
    }

    @Override
    public Path path(String name) {
        return folder.resolve(name);
    }

    @Override
    public void close() {
        // nothing is open
    }
}
