package dev.tenfold.methods.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/**
 * Lists {@code bench} among the commands. The launcher starts the benchmarks itself, in a process of their own class path and
 * flags, so this is reached only without it.
 */
@Command(name = "bench", description = "Measures the kernels: bench [NAME|all] [--device cpu|cuda] [--peers] [--threads N] [--quick] [--out [FILE]]; bench --help has the rest.")
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec;
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "the benchmarks are started by the launcher, ./tenfold bench "
                + String.join(" ", arguments));
    }
}
