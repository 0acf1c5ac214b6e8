package dev.tenfold.nn.data.image;

import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The JPEG and PNG files in a zip file, by their endings, read one by one where they are. Names that lead out of the archive or come twice
 * are refused. An entry is unpacked up to a limit, and its length and checksum must be what the archive says.
 */
public final class ZipStore implements ImageStore {
    private static final int MOST_BYTES = 1 << 28;
    private static final int FIRST = 1 << 16;
    private static final int RATIO = 100; // images are packed already; some shrink tenfold once more
    private static final int ANY = 1 << 20;

    private final Path path;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new HashMap<>();
    private final List<String> names;

    /**
     * Opens a zip file and reads its directory.
     *
     * @throws FormatException when it is no zip file, or its directory is not as above
     */
    public ZipStore(Path path) throws IOException {
        this.path = path;
        if (!Files.isRegularFile(path)) throw new IOException(path + " is no file");
        try {
            zip = new ZipFile(path.toFile());
        } catch (IOException | IllegalArgumentException e) {
            throw (FormatException) new FormatException(path, 0, "this is no whole zip file: " + e.getMessage()).initCause(e);
        }
        try {
            list();
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
        List<String> sorted = new ArrayList<>(entries.keySet());
        Collections.sort(sorted);
        names = List.copyOf(sorted);
    }

    private void list() throws IOException {
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
            ZipEntry entry = all.nextElement();
            String name = entry.getName();
            if (name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0 || ("/" + name + "/").contains("/../")) {
                throw new FormatException(path, 0, "the archive has a file named \"" + name + "\", which leads out of it");
            }
            if (entry.isDirectory() || !FolderStore.isImage(name)) continue;
            if (entries.put(name, entry) != null) throw new FormatException(path, 0, "the archive has two files named \"" + name + "\"");
        }
    }

    @Override
    public List<String> names() {
        return names;
    }

    @Override
    public byte[] bytes(String name) throws IOException {
        ZipEntry entry = entries.get(name);
        if (entry == null) throw new FormatException(path, 0, "there is no file " + name + " in this archive");
        try (InputStream stream = zip.getInputStream(entry)) {
            byte[] bytes = unpack(stream, entry);
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if (crc.getValue() != entry.getCrc()) throw new FormatException(path(name), 0, "the file in the archive is damaged: its checksum is wrong");
            return bytes;
        } catch (FormatException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw (FormatException) new FormatException(path(name), 0, "the file in the archive cannot be unpacked: " + e.getMessage()).initCause(e);
        }
    }

    /** Neither the length that the entry claims nor the one it has makes this allocate more than twice what is there. */
    private byte[] unpack(InputStream stream, ZipEntry entry) throws IOException {
        long claimed = entry.getSize();
        if (claimed > MOST_BYTES) throw new FormatException(path(entry.getName()), 0, claimed + " bytes are more than the " + MOST_BYTES + " of an image file");
        if (claimed > ANY + RATIO * entry.getCompressedSize()) {
            throw new FormatException(path(entry.getName()), 0, entry.getCompressedSize() + " bytes in the archive are said to become " + claimed + ", which no image does");
        }
        byte[] bytes = new byte[(int) Math.min(FIRST, claimed + 1)];
        int length = 0;
        while (true) {
            length += stream.readNBytes(bytes, length, bytes.length - length);
            if (length < bytes.length) break;
            if (length > claimed) throw new FormatException(path(entry.getName()), length, "the file in the archive is longer than the " + claimed + " bytes that its directory says");
            bytes = Arrays.copyOf(bytes, (int) Math.min(claimed + 1, 2L * bytes.length));
        }
        if (length != claimed) throw new FormatException(path(entry.getName()), length, "the file in the archive has " + length + " bytes, its directory says " + claimed);
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public Path path(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
