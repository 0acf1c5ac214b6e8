package dev.tenfold.methods.bundle;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A bundle's {@code selftest}: runs the tests that came with it on the machine where it lies, and says whether Tenfold works there. The tests called
 * {@code Cuda…Test} run on whichever device there is; those of the CPU are the operations' contract and determinism.
 */
@Command(name = "selftest", mixinStandardHelpOptions = true, usageHelpAutoWidth = true,
        description = "Runs the tests that came with this bundle on this machine, and prints a verdict. The exit code is 0 when all passed, otherwise 1.")
public final class SelfTest implements Callable<Integer>, TestExecutionListener {
    private static final Map<String, String> TESTS = Map.of("cpu", ".*\\.(OperationContractTest|CatalogueIsCompleteTest|DeterminismTest)", "cuda", ".*\\.Cuda\\w*Test");
    /** Failures that are told; the others are counted. */
    private static final int TOLD = 40;

    /** What became of one class of tests. */
    private static final class Tally {
        int passed;
        int failed;
        int skipped;
        long began;

        @Override
        public String toString() {
            return passed + " passed" + (failed > 0 ? ", " + failed + " FAILED" : "") + (skipped > 0 ? ", " + skipped + " skipped" : "");
        }
    }

    @Spec
    private CommandSpec spec;
    @Option(names = "--device", paramLabel = "cpu|cuda", description = "What is tested (default: cpu). With -Dtenfold.cuda.emulator=true among TENFOLD_JAVA_OPTIONS, cuda is the emulator.")
    private String device = "cpu";

    private final Map<String, Tally> tallies = new TreeMap<>();
    private int told;

    public static void main(String[] args) {
        System.exit(new CommandLine(new SelfTest()).execute(args));
    }

    @Override
    public Integer call() {
        String pattern = TESTS.get(device);
        if (pattern == null) throw new ParameterException(spec.commandLine(), "--device takes cpu or cuda, not '" + device + "'");
        boolean emulated = Boolean.getBoolean("tenfold.cuda.emulator");
        if (device.equals("cuda") && !emulated) System.setProperty("tenfold.test.gpu", "true");
        long start = System.nanoTime();
        Set<Path> jars = Arrays.stream(System.getProperty("java.class.path").split(System.getProperty("path.separator"))).map(Path::of)
                .filter(jar -> jar.getFileName().toString().endsWith("-tests.jar")).collect(Collectors.toCollection(LinkedHashSet::new));
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClasspathRoots(jars))
                .filters(includeClassNamePatterns(pattern)).build(), this);
        int failed = tallies.values().stream().mapToInt(t -> t.failed).sum();
        int passed = tallies.values().stream().mapToInt(t -> t.passed).sum();
        int skipped = tallies.values().stream().mapToInt(t -> t.skipped).sum();
        boolean good = failed == 0 && passed > 0;
        System.out.printf("%s on %s: %d tests passed, %d failed, %d skipped, in %d s%n", good ? "PASSED" : "FAILED", emulated ? device + " (emulator)" : device, passed, failed, skipped,
                Duration.ofNanos(System.nanoTime() - start).toSeconds());
        return good ? 0 : 1;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        if (test.getSource().orElse(null) instanceof ClassSource source) tally(source.getClassName()).began = System.nanoTime();
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        className(test).ifPresent(name -> tally(name).skipped++);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        className(test).ifPresent(name -> {
            Tally tally = tally(name);
            boolean bad = result.getStatus() == TestExecutionResult.Status.FAILED;
            if (bad) {
                tally.failed++;
                if (told++ < TOLD) {
                    System.out.println("FAILED " + simple(name) + ", " + test.getDisplayName() + ":\n    "
                            + result.getThrowable().map(SelfTest::reason).orElse("no reason given"));
                }
            } else if (test.isTest()) {
                if (result.getStatus() == TestExecutionResult.Status.ABORTED) tally.skipped++;
                else tally.passed++;
            }
            if (test.getSource().orElse(null) instanceof ClassSource) {
                System.out.printf("%-28s %s (%.1f s)%n", simple(name), tally, (System.nanoTime() - tally.began) / 1e9);
            }
        });
    }

    private static String reason(Throwable failure) {
        StringBuilder text = new StringBuilder();
        for (Throwable e = failure; e != null; e = e.getCause()) text.append(text.isEmpty() ? "" : "\nbecause of ").append(e);
        return text.toString().strip().replace("\n", "\n    ");
    }

    private Tally tally(String name) {
        return tallies.computeIfAbsent(name, n -> new Tally());
    }

    private static java.util.Optional<String> className(TestIdentifier test) {
        return test.getSource().map(source -> source instanceof ClassSource c ? c.getClassName() : source instanceof MethodSource m ? m.getClassName() : null);
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
