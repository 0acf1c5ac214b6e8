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
 * Compiled kernels, in memory and in a folder. An entry's name is the digest of everything that it depends on: the text, its headers, the
 * architecture, the compiler's name, version and options; so entries never go stale, folders may be moved and copied, and one can be filled
 * for a device that is elsewhere. Inside, an entry begins with a digest of its rest: what was cut off or altered is compiled again.
 *
 * <p>The folder is {@code -Dtenfold.cache=DIR}, or {@code $XDG_CACHE_HOME/tenfold}, or {@code ~/.cache/tenfold};
 * {@code -Dtenfold.cache=off} keeps everything in memory, as does a folder that cannot be written to. Kernels that came with an application
 * are looked up in {@code -Dtenfold.kernels=DIR} first, which is only read.
 */
public final class KernelCache {
    private static final System.Logger LOG = System.getLogger(KernelCache.class.getName());
    private static final byte[] MAGIC = "tenfold kernel 1".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGEST = 32;
    /** Beside the entries of a folder that is to be shipped: the version of the NVRTC that made them. */
    private static final String SIGNATURE = "nvrtc.version";
    private static final KernelCache INSTANCE = new KernelCache(shipped(), folder());

    private final Path shipped;
    private final Path folder;
    private final Map<String, CompiledKernel> memory = new ConcurrentHashMap<>();
    private volatile boolean refused;

    /** A cache that reads {@code shipped} (may be null) and reads and writes {@code folder} (null: memory alone). */
    KernelCache(Path shipped, Path folder) {
        this.shipped = shipped;
        this.folder = folder;
    }

    /** The process's cache. */
    public static KernelCache get() {
        return INSTANCE;
    }

    /** A cache in a folder of its own, such as one to be shipped. */
    public static KernelCache in(Path folder) {
        return new KernelCache(null, folder);
    }

    private static Path shipped() {
        String named = System.getProperty("tenfold.kernels");
        return named == null ? null : Path.of(named).toAbsolutePath();
    }

    /** The folder that Tenfold keeps files in which it can make again, or null where it shall keep none. */
    static Path root() {
        String named = System.getProperty("tenfold.cache");
        if (named != null) return named.equalsIgnoreCase("off") ? null : Path.of(named).toAbsolutePath();
        String cache = System.getenv("XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) return Path.of(cache, "tenfold");
        Path home = Path.of(System.getProperty("user.home"));
        return home.isAbsolute() ? home.resolve(".cache").resolve("tenfold") : null; // a user without a home is "?"
    }

    private static Path folder() {
        Path root = root();
        return root == null ? null : root.resolve("kernels");
    }

    /** Where entries are written, or why they are not, in words. */
    public String describe() {
        if (folder == null) return "in memory (-Dtenfold.cache=off, or no home folder)";
        if (refused) return "in memory: " + folder + " cannot be written to";
        long[] sum = new long[2];
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                files.filter(f -> f.toString().endsWith(".kernel")).forEach(f -> {
                    sum[0]++;
                    sum[1] += f.toFile().length();
                });
            } catch (IOException | RuntimeException e) {
                return folder + " (cannot be read: " + e.getMessage() + ")";
            }
        }
        return folder + " (" + sum[0] + " kernels, " + (sum[1] + 1023) / 1024 + " KiB; may be deleted)";
    }

    /** The compiled form of {@code source}, from memory, a folder, or {@code compiler}. */
    CompiledKernel compiled(KernelCompiler compiler, KernelSource source, String architecture) {
        String key = key(compiler, source, architecture);
        // One computation at a time for one key: several threads that ask for the same kernel wait for one compilation.
        return memory.computeIfAbsent(key, k -> {
            CompiledKernel known = find(k);
            if (known != null) return known;
            CompiledKernel fresh = compiler.compile(source, architecture);
            keep(k, fresh);
            return fresh;
        });
    }

    /** Writes down which NVRTC made this folder's entries, so that they are found where there is none. */
    void sign(Nvrtc compiler) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(SIGNATURE), compiler.version() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be written to", e);
        }
    }

    /** What stands for a compiler where NVRTC is missing: the kernels of {@code -Dtenfold.kernels}, where there are any. */
    ShippedKernels shippedKernels() {
        try {
            return new ShippedKernels(shipped == null ? null : Files.readString(shipped.resolve(SIGNATURE)).strip());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "-Dtenfold.kernels=" + shipped + " has no readable " + SIGNATURE + "; fill it with: tenfold kernels --fill", e);
            return new ShippedKernels(null);
        }
    }

    /** Whether {@link #compiled} would find it in a folder. */
    boolean holds(KernelCompiler compiler, KernelSource source, String architecture) {
        return find(key(compiler, source, architecture)) != null;
    }

    private CompiledKernel find(String key) {
        for (Path place : Arrays.asList(shipped, folder)) {
            if (place == null) continue;
            CompiledKernel known = read(place.resolve(key + ".kernel"));
            if (known != null) return known;
        }
        return null;
    }

    static String key(KernelCompiler compiler, KernelSource source, String architecture) {
        MessageDigest digest = sha256();
        for (String part : List.of(architecture, compiler.identity(architecture), source.file(), source.text())) add(digest, part);
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

    // ---- entries: magic, digest of the rest, length of the log, log, image ----

    private static CompiledKernel read(Path file) {
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

    private void keep(String key, CompiledKernel kernel) {
        if (folder == null || refused) return;
        byte[] log = kernel.log().getBytes(StandardCharsets.UTF_8);
        ByteBuffer entry = ByteBuffer.allocate(MAGIC.length + DIGEST + 4 + log.length + kernel.image().length);
        entry.position(MAGIC.length + DIGEST).putInt(log.length).put(log).put(kernel.image());
        MessageDigest digest = sha256();
        digest.update(entry.array(), MAGIC.length + DIGEST, entry.capacity() - MAGIC.length - DIGEST);
        entry.put(0, MAGIC).put(MAGIC.length, digest.digest());
        try {
            Files.createDirectories(folder);
            // Another process may write the same entry at the same time: each its own file, and the last name stays.
            Path temporary = Files.createTempFile(folder, key.substring(0, 16), ".tmp");
            try {
                Files.write(temporary, entry.array());
                Files.move(temporary, folder.resolve(key + ".kernel"), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            refused = true;
            LOG.log(System.Logger.Level.INFO, "compiled kernels are kept in memory only: " + folder + " cannot be written to (" + e.getMessage()
                    + "); -Dtenfold.cache=DIR names another folder");
        }
    }
}
