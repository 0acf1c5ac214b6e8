package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A folder of compiled kernels, which may be moved and copied. An entry's name is the digest of everything that it depends on, so entries never
 * go stale: {@code KEY.kernel} holds a magic, the digest of the rest, the length of the log, the log, the image. Beside them
 * {@code ARCHITECTURE.compiler} names the compiler of a folder that is to be shipped, so that its entries are found without one.
 */
final class KernelFolder {
    private static final System.Logger LOG = System.getLogger(KernelFolder.class.getName());
    private static final byte[] MAGIC = "tenfold kernel 1".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST = 32;
    private static final String ENTRY = ".kernel";

    private final Path path;
    private final Map<String, String> compilers = new ConcurrentHashMap<>();

    KernelFolder(Path path) {
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** The digest of everything that the result of compiling depends on. */
    static String key(String compiler, KernelSource source, String architecture) {
        MessageDigest digest = sha256();
        for (String part : List.of(architecture, compiler, source.file(), source.text())) add(digest, part);
        new TreeMap<>(source.headers()).forEach((name, text) -> {
            add(digest, name);
            add(digest, text);
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
        digest.update(bytes);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /** Writes down which compiler made the entries for {@code architecture}. */
    void sign(String architecture, String compiler) {
        try {
            Files.createDirectories(path);
            Files.writeString(signature(architecture), compiler + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be written to", e);
        }
    }

    private Path signature(String architecture) {
        return path.resolve(architecture + ".compiler");
    }

    /** The kernel that the compiler which signed for {@code architecture} made; null when there is none, or nobody signed. */
    CompiledKernel signed(KernelSource source, String architecture) {
        String compiler = compilers.computeIfAbsent(architecture, this::compiler);
        return compiler.isEmpty() ? null : read(key(compiler, source, architecture));
    }

    private String compiler(String architecture) {
        try {
            return Files.readString(signature(architecture)).strip();
        } catch (IOException unsigned) {
            return "";
        }
    }

    /** The entry {@code key}; null when there is none, or it is damaged. */
    CompiledKernel read(String key) {
        Path file = path.resolve(key + ENTRY);
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException absent) {
            return null;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "the cached kernel " + file + " cannot be read", e);
            return null;
        }
        int start = MAGIC.length + DIGEST;
        boolean whole = bytes.length >= start + 4 && Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
        if (whole) {
            MessageDigest digest = sha256();
            digest.update(bytes, start, bytes.length - start);
            whole = Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, MAGIC.length, start));
        }
        int log = whole ? ByteBuffer.wrap(bytes, start, 4).getInt() : -1;
        if (log < 0 || log > bytes.length - start - 4) {
            LOG.log(System.Logger.Level.WARNING, "the cached kernel " + file + " is damaged; it is compiled again");
            return null;
        }
        int image = start + 4 + log;
        return new CompiledKernel(Arrays.copyOfRange(bytes, image, bytes.length), new String(bytes, start + 4, log, StandardCharsets.UTF_8));
    }

    /** Writes an entry. Another process may write the same one at the same time: each its own file, and the last name stays. */
    void write(String key, CompiledKernel kernel) throws IOException {
        byte[] log = kernel.log().getBytes(StandardCharsets.UTF_8);
        ByteBuffer entry = ByteBuffer.allocate(MAGIC.length + DIGEST + 4 + log.length + kernel.image().length);
        entry.position(MAGIC.length + DIGEST).putInt(log.length).put(log).put(kernel.image());
        MessageDigest digest = sha256();
        digest.update(entry.array(), MAGIC.length + DIGEST, entry.capacity() - MAGIC.length - DIGEST);
        entry.put(0, MAGIC).put(MAGIC.length, digest.digest());
        Files.createDirectories(path);
        Path temporary = Files.createTempFile(path, key.substring(0, 16), ".tmp");
        try {
            Files.write(temporary, entry.array());
            Files.move(temporary, path.resolve(key + ENTRY), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The folder, and how much is in it, in words. */
    String describe() {
        long[] sum = new long[2];
        if (Files.isDirectory(path)) {
            try (var files = Files.list(path)) {
                files.filter(f -> f.toString().endsWith(ENTRY)).forEach(f -> {
                    sum[0]++;
                    sum[1] += f.toFile().length();
                });
            } catch (IOException | RuntimeException e) {
                return path + " (cannot be read: " + e.getMessage() + ")";
            }
        }
        return path + " (" + sum[0] + " kernels, " + (sum[1] + 1023) / 1024 + " KiB; may be deleted)";
    }
}
