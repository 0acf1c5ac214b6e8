package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiled kernels, in memory and in a folder. An entry's name is the digest of everything that it depends on: the text, its headers, the
 * architecture, the compiler's name, version and options; so entries never go stale, folders may be moved and copied, and one can be filled
 * for a device that is elsewhere. Inside, an entry begins with a digest of its rest: what was cut off or altered is compiled again.
 *
 * <p>The folder is {@code -Dtenfold.cache=DIR}, or {@code $XDG_CACHE_HOME/tenfold}, or {@code ~/.cache/tenfold};
 * {@code -Dtenfold.cache=off} keeps everything in memory, as does a folder that cannot be written to. Kernels that came with an application
 * are looked up in {@code -Dtenfold.kernels=DIR} first, whichever compiler is here; that folder is only read.
 */
public final class KernelCache {
    private static final System.Logger LOG = System.getLogger(KernelCache.class.getName());
    private static final KernelCache INSTANCE = new KernelCache(shippedPath(), ownPath());

    private final KernelFolder shipped;
    private final KernelFolder own;
    private final Map<String, CompiledKernel> memory = new ConcurrentHashMap<>();
    private volatile boolean refused;

    /** A cache that reads {@code shipped} (may be null) and reads and writes {@code folder} (null: memory alone). */
    KernelCache(Path shipped, Path folder) {
        this.shipped = shipped == null ? null : new KernelFolder(shipped);
        own = folder == null ? null : new KernelFolder(folder);
    }

    /** The process's cache. */
    public static KernelCache get() {
        return INSTANCE;
    }

    /** A cache in a folder of its own, such as one to be shipped. */
    public static KernelCache in(Path folder) {
        return new KernelCache(null, folder);
    }

    /** {@code -Dtenfold.kernels}, or null. */
    static Path shippedPath() {
        String named = System.getProperty("tenfold.kernels");
        return named == null ? null : Path.of(named).toAbsolutePath();
    }

    /** The folder that Tenfold keeps files in which it can make again, or null where it shall keep none. */
    public static Path root() {
        String named = System.getProperty("tenfold.cache");
        if (named != null) return named.equalsIgnoreCase("off") ? null : Path.of(named).toAbsolutePath();
        String cache = System.getenv("XDG_CACHE_HOME");
        if (cache != null && Path.of(cache).isAbsolute()) return Path.of(cache, "tenfold");
        Path home = Path.of(System.getProperty("user.home"));
        return home.isAbsolute() ? home.resolve(".cache").resolve("tenfold") : null; // a user without a home is "?"
    }

    private static Path ownPath() {
        Path root = root();
        return root == null ? null : root.resolve("kernels");
    }

    /** Where entries are written, or why they are not, in words. */
    public String describe() {
        if (own == null) return "in memory (-Dtenfold.cache=off, or no home folder)";
        if (refused) return "in memory: " + own.path() + " cannot be written to";
        return own.describe();
    }

    /** The compiled form of {@code source}, from memory, a folder, or {@code compiler}. */
    CompiledKernel compiled(KernelCompiler compiler, KernelSource source, String architecture) {
        String key = key(compiler, source, architecture);
        // One computation at a time for one key: several threads that ask for the same kernel wait for one compilation.
        return memory.computeIfAbsent(key, k -> {
            RecordedSources.add(source);
            CompiledKernel known = find(k, source, architecture);
            if (known != null) return known;
            CompiledKernel fresh = compiler.compile(source, architecture);
            keep(k, fresh);
            return fresh;
        });
    }

    /** Puts the compiled form of {@code source} into {@code other} as well. */
    void copy(KernelCompiler compiler, KernelSource source, String architecture, KernelCache other) {
        other.keep(key(compiler, source, architecture), compiled(compiler, source, architecture));
    }

    /** Writes down who made this folder's entries for {@code architecture}, so that they are found where there is no compiler. */
    void sign(KernelCompiler compiler, String architecture) {
        own.sign(architecture, compiler.identity(architecture));
    }

    /** Whether {@link #compiled} would find it in a folder. */
    boolean holds(KernelCompiler compiler, KernelSource source, String architecture) {
        return find(key(compiler, source, architecture), source, architecture) != null;
    }

    private CompiledKernel find(String key, KernelSource source, String architecture) {
        CompiledKernel known = shipped == null ? null : shipped.signed(source, architecture);
        return known != null || own == null ? known : own.read(key);
    }

    static String key(KernelCompiler compiler, KernelSource source, String architecture) {
        return KernelFolder.key(compiler.identity(architecture), source, architecture);
    }

    private void keep(String key, CompiledKernel kernel) {
        if (own == null || refused) return;
        try {
            own.write(key, kernel);
        } catch (IOException e) {
            refused = true;
            LOG.log(System.Logger.Level.INFO, "compiled kernels are kept in memory only: " + own.path() + " cannot be written to (" + e.getMessage()
                    + "); -Dtenfold.cache=DIR names another folder");
        }
    }
}
