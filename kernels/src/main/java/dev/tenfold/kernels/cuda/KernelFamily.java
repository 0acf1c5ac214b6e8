package dev.tenfold.kernels.cuda;

import java.util.List;
import java.util.function.Supplier;

/**
 * One source of kernels that Tenfold has: a file of {@code src-cuda}, or texts that a generator makes.
 *
 * @param name    the field's name for what they compute
 * @param summary what they compute, in a line
 * @param hot     whether the time of a training goes here, so that a spilled register is a fault
 * @param sources the texts; of a generator, representatives of everything that it makes
 * @param only    the architectures that have the instructions they use; none stands for all
 */
public record KernelFamily(String name, String summary, boolean hot, Supplier<List<KernelSource>> sources, List<String> only) {
    /** Kernels for every architecture. */
    public KernelFamily(String name, String summary, boolean hot, Supplier<List<KernelSource>> sources) {
        this(name, summary, hot, sources, List.of());
    }

    /** Whether they are for {@code architecture}. */
    public boolean fits(String architecture) {
        return only.isEmpty() || only.contains(architecture);
    }

    /** A file of {@code src-cuda}. */
    static KernelFamily file(String path, String summary, boolean hot) {
        String name = path.substring(0, path.lastIndexOf('.'));
        return new KernelFamily(name, summary, hot, () -> List.of(KernelSource.of(path)));
    }
}
