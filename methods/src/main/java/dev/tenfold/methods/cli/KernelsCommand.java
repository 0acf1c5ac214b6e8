package dev.tenfold.methods.cli;

import dev.tenfold.kernels.cuda.KernelCache;
import dev.tenfold.kernels.cuda.KernelFamily;
import dev.tenfold.kernels.cuda.KernelReport;
import dev.tenfold.kernels.cuda.Kernels;
import dev.tenfold.kernels.cuda.Nvrtc;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tenfold kernels}: lists the CUDA kernels, and compiles them on a machine that needs no GPU. */
@Command(name = "kernels", mixinStandardHelpOptions = true, versionProvider = Version.class, usageHelpAutoWidth = true,
        description = "Lists the CUDA kernels; compiles them for any architecture, without a GPU.")
final class KernelsCommand implements Callable<Integer> {
    private final Screen screen;
    @Spec
    private CommandSpec spec;
    @Option(names = "--check", description = "Compiles every kernel and prints registers, shared memory and spilled bytes. Fails when one does not compile, or a hot one spills.")
    private boolean check;
    @Option(names = "--fill", paramLabel = "DIR", description = "Compiles every kernel into a folder that may be moved: -Dtenfold.kernels=DIR reads it there.")
    private Path fill;
    @Option(names = "--arch", paramLabel = "ARCH", split = ",", description = "The architectures, such as sm_80,sm_90a (default: sm_80,sm_90a,sm_100).")
    private List<String> architectures = Kernels.ARCHITECTURES;

    KernelsCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() {
        for (String architecture : architectures) {
            if (!architecture.matches("sm_\\d{2,3}[af]?")) {
                throw new ParameterException(spec.commandLine(), "--arch takes names such as sm_80, sm_90a or sm_100, not '" + architecture + "'");
            }
        }
        if (!check && fill == null) return list();
        KernelCache cache = fill == null ? KernelCache.get() : KernelCache.in(fill.toAbsolutePath());
        List<Kernels.Check> checks = fill == null ? Kernels.check(Kernels.all(), architectures, cache) : Kernels.fill(architectures, cache);
        print(checks);
        List<Kernels.Check> failed = checks.stream().filter(c -> !c.passes()).toList();
        for (Kernels.Check bad : failed) screen.say("kernels: " + bad.reason() + ".");
        screen.out().printf("%d sources for %s: %d compiled, %d failed (%s)%n", checks.stream().map(Kernels.Check::source).distinct().count(), String.join(", ", architectures),
                checks.size() - failed.size(), failed.size(), Nvrtc.status());
        if (fill != null) screen.out().println("Compiled kernels are in " + cache.describe());
        return failed.isEmpty() ? 0 : Tenfold.FAILED;
    }

    private int list() {
        PrintStream out = screen.out();
        for (KernelFamily family : Kernels.all()) out.printf("%-24s %s%s%n", family.name(), family.hot() ? "(hot) " : "", family.summary());
        return 0;
    }

    private void print(List<Kernels.Check> checks) {
        PrintStream out = screen.out();
        out.printf("%-34s %-8s %9s %10s %8s %8s %9s%n", "kernel", "arch", "registers", "shared (B)", "stack", "spilled", "ms");
        for (Kernels.Check each : checks) {
            for (KernelReport report : each.reports()) {
                out.printf("%-34s %-8s %9d %10d %8d %8d %9.0f%n", report.kernel(), each.architecture(), report.registers(), report.sharedBytes(),
                        report.stackBytes(), report.spillStores() + report.spillLoads(), each.millis());
            }
        }
    }
}
