package dev.tenfold.methods.bundle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Copies of jars without the native libraries that Tenfold does not call, and not compressed: what packs the bundle does that better. */
final class BundledJar {
    /** Of JavaCPP's platform jars. NVRTC would be 112 MB: the bundle brings compiled kernels instead. */
    private static final Set<String> NATIVE = Set.of("libjnijavacpp.so", "libopenblas.so.0", "libgfortran.so.5", "libquadmath.so.0", "libgcc_s.so.1",
            "libjnicudart.so", "libcudart.so.12");

    private BundledJar() {
    }

    /** Copies {@code jar} into {@code folder}. */
    static void copy(Path jar, Path folder) throws IOException {
        try (ZipFile from = new ZipFile(jar.toFile()); ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(folder.resolve(jar.getFileName())))) {
            to.setLevel(Deflater.NO_COMPRESSION);
            for (Enumeration<? extends ZipEntry> entries = from.entries(); entries.hasMoreElements();) {
                ZipEntry entry = entries.nextElement();
                if (entry.isDirectory() || !isNeeded(entry.getName())) continue;
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                to.putNextEntry(copy);
                try (InputStream in = from.getInputStream(entry)) {
                    in.transferTo(to);
                }
                to.closeEntry();
            }
        }
    }

    /** Of the folders of JavaCPP's platforms, {@code org/bytedeco/LIBRARY/PLATFORM/}, the libraries above; of others everything but hints for GraalVM. */
    static boolean isNeeded(String entry) {
        String[] path = entry.split("/");
        boolean platform = path.length > 4 && entry.startsWith("org/bytedeco/") && path[3].contains("-");
        return platform ? path.length == 5 && NATIVE.contains(path[4]) : !entry.startsWith("META-INF/native-image/");
    }
}
