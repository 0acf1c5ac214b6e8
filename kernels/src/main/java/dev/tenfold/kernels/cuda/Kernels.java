package dev.tenfold.kernels.cuda;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Every CUDA kernel of Tenfold: what is listed, checked without a device, and compiled ahead for one that is elsewhere. */
public final class Kernels {
    /** The architectures that are checked where none is named. */
    public static final List<String> ARCHITECTURES = List.of("sm_80", "sm_90a", "sm_100");

    /**
     * What became of one source on one architecture.
     *
     * @param reports what its kernels take, none where it did not compile
     * @param error   why it did not compile, otherwise null
     * @param millis  how long that took
     */
    public record Check(KernelFamily family, KernelSource source, String architecture, List<KernelReport> reports, String error, double millis) {
        /** Whether it compiles and, where time matters, no register spills. */
        public boolean passes() {
            return error == null && !(family.hot() && reports.stream().anyMatch(KernelReport::spills));
        }

        /** Why it does not pass. */
        public String reason() {
            if (error != null) return error;
            return source + " on " + architecture + " spills registers, in a hot kernel: " + reports.stream().filter(KernelReport::spills)
                    .map(r -> r.kernel() + " (" + r.spillStores() + " bytes stored, " + r.spillLoads() + " loaded)").collect(Collectors.joining(", "));
        }
    }

    private static final List<KernelFamily> ALL = families();

    private static List<KernelFamily> families() {
        List<KernelFamily> all = new ArrayList<>(PointwiseFamily.families());
        all.add(CudaCopy.family());
        all.addAll(CudaReductions.families());
        all.add(CudaSoftmax.family());
        all.add(CudaNorm.family());
        all.add(CudaCrossEntropy.family());
        all.add(CudaAttention.family());
        all.add(CudaRecurrence.family());
        all.add(CudaConvolution.family());
        all.add(CudaPooling.family());
        all.addAll(CudaPhilox.families());
        all.addAll(CudaGemm.families());
        all.addAll(CudaIndexing.families());
        all.add(CudaIndexAdd.family());
        all.addAll(CudaSort.families());
        all.add(CudaNonZero.family());
        all.add(CudaManyTensors.family());
        all.add(CudaCholesky.family());
        all.add(CudaTriangular.family());
        all.add(ProductUpdate.family());
        all.add(CudaLu.family());
        all.add(CudaEigen.family());
        all.add(CudaSvd.family());
        return List.copyOf(all);
    }

    private Kernels() {
    }

    /** Every family. */
    public static List<KernelFamily> all() {
        return ALL;
    }

    /**
     * Compiles {@code families} for {@code architectures}, through {@code cache}, and tells what each took.
     *
     * @throws IllegalStateException when there is no NVRTC
     */
    public static List<Check> check(List<KernelFamily> families, List<String> architectures, KernelCache cache) {
        Nvrtc compiler = Nvrtc.get();
        List<Supplier<Check>> checks = new ArrayList<>();
        for (KernelFamily family : families) {
            for (KernelSource source : family.sources().get()) {
                for (String architecture : architectures) if (family.fits(architecture)) checks.add(() -> check(compiler, family, source, architecture, cache));
            }
        }
        return checks.parallelStream().map(Supplier::get).toList(); // NVRTC compiles on several threads at once
    }

    /** Compiles every kernel for {@code architectures} into {@code cache}, a folder for {@code -Dtenfold.kernels} of machines without NVRTC. */
    public static List<Check> fill(List<String> architectures, KernelCache cache) {
        List<Check> checks = check(all(), architectures, cache);
        for (String architecture : architectures) cache.sign(Nvrtc.get(), architecture);
        return checks;
    }

    /**
     * Fills {@code folder} for {@code -Dtenfold.kernels} with every kernel and with what a run recorded by {@code -Dtenfold.kernels.record}, for
     * {@code architectures}, of which {@code emulated} is one: it brings the emulator as well.
     *
     * @return how many sources there are; some are for some of the architectures alone
     * @throws KernelCompilationException when one does not compile
     * @throws IllegalStateException      when a compiler is missing
     */
    public static int ship(Path folder, Path recorded, List<String> architectures) throws IOException {
        List<KernelSource> sources = new ArrayList<>(RecordedSources.in(recorded));
        for (KernelFamily family : all()) sources.addAll(family.sources().get());
        List<KernelSource> distinct = sources.stream().distinct().toList();
        KernelCache cache = KernelCache.in(folder);
        for (String architecture : architectures) {
            KernelCompiler compiler = KernelCompiler.of(architecture);
            if (architecture.equals(EmulatorCompiler.ARCHITECTURE)) EmulatorBuild.ship(folder);
            fitting(distinct, architecture).parallelStream().forEach(source -> KernelCache.get().copy(compiler, source, architecture, cache));
            cache.sign(compiler, architecture);
        }
        return distinct.size();
    }

    /** Those of {@code sources} that {@code architecture} has the instructions for; the emulator has them all. */
    static List<KernelSource> fitting(List<KernelSource> sources, String architecture) {
        if (architecture.equals(EmulatorCompiler.ARCHITECTURE)) return sources;
        Set<KernelSource> foreign = all().stream().filter(family -> !family.fits(architecture)).flatMap(family -> family.sources().get().stream()).collect(Collectors.toSet());
        return sources.stream().filter(source -> !foreign.contains(source)).toList();
    }

    private static Check check(Nvrtc compiler, KernelFamily family, KernelSource source, String architecture, KernelCache cache) {
        long start = System.nanoTime();
        try {
            CompiledKernel compiled = cache.compiled(compiler, source, architecture);
            return new Check(family, source, architecture, KernelReport.of(compiled), null, millis(start));
        } catch (KernelCompilationException e) {
            return new Check(family, source, architecture, List.of(), e.getMessage(), millis(start));
        }
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }
}
