package dev.tenfold.methods.cli;

import dev.tenfold.methods.bundle.Bundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tenfold bundle}: a folder that runs on a machine without Java. The launcher says which jars there are. */
@Command(name = "bundle", mixinStandardHelpOptions = true, versionProvider = Version.class, usageHelpAutoWidth = true,
        description = "Makes a folder that runs Tenfold, its tests and its benchmarks on a Linux machine that has an NVIDIA driver and nothing else.")
final class BundleCommand implements Callable<Integer> {
    private final Screen screen;
    @Spec
    private CommandSpec spec;
    @Option(names = "--out", paramLabel = "DIR", required = true, description = "The folder; an earlier bundle there is replaced.")
    private Path out;
    @Option(names = "--arch", paramLabel = "ARCH", split = ",",
            description = "What kernels are compiled for, such as sm_80,sm_90a; 'emulated' brings the emulator (default: sm_90a).")
    private List<String> architectures = List.of("sm_90a");

    BundleCommand(Screen screen) {
        this.screen = screen;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        for (String architecture : architectures) {
            if (!Bundle.isArchitecture(architecture)) {
                throw new ParameterException(spec.commandLine(), "--arch takes names such as sm_80 or sm_90a, or emulated, not '" + architecture + "'");
            }
        }
        String jars = System.getProperty("tenfold.bundle.jars");
        if (jars == null) throw new ParameterException(spec.commandLine(), "bundles are made by the launcher, ./tenfold bundle --out " + out);
        new Bundle(paths(jars), paths(System.getProperty("tenfold.bundle.tests", "")), architectures, Version.full(), line -> screen.say("bundle: " + line)).write(out);
        screen.out().printf("%s holds %d MiB. It may be moved and packed: tar -C %s -cJf tenfold.tar.xz .%n", out, Bundle.bytes(out) >> 20, out);
        return 0;
    }

    private static List<Path> paths(String list) {
        return Arrays.stream(list.split(java.io.File.pathSeparator)).filter(path -> !path.isEmpty()).map(Path::of).toList();
    }
}
