package dev.tenfold.kernels.cuda;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which kernels have shown on real hardware that they are right. Where a fast variant and a plain one exist, the fast one is chosen only if
 * {@code src-cuda/proven.txt} lists its file for the device's architecture, on the emulator, or with {@code -Dtenfold.cuda.unproven=true}.
 */
public final class Proven {
    private static final Set<String> LISTED = parse(DeviceSources.read("proven.txt"));
    private static final boolean ALL = Boolean.getBoolean("tenfold.cuda.unproven");

    private Proven() {
    }

    /** The pairs of a list: comments begin with {@code #}. */
    static Set<String> parse(String text) {
        return text.lines().map(line -> line.replaceFirst("#.*", "").strip().replaceAll("\\s+", " ")).filter(line -> !line.isEmpty()).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the kernels of {@code file}, such as {@code gemm/mma.cu}, may be chosen on {@code device} where a plainer variant exists. */
    public static boolean on(CudaDevice device, String file) {
        return ALL || device.isEmulated() || on(LISTED, device.architecture(), file);
    }

    static boolean on(Set<String> listed, String architecture, String file) {
        return listed.contains(file + " " + architecture);
    }
}
