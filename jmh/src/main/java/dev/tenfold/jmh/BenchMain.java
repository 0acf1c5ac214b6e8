package dev.tenfold.jmh;

import dev.tenfold.jmh.gpu.GpuBench;
import dev.tenfold.jmh.gpu.GpuSummary;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * {@code tenfold bench}: measures ours and, with {@code --peers}, PyTorch's CPU library through DJL, in the same run with
 * the same number of threads, fork by fork in turn, and prints medians, throughputs and shares of the machine's roofs.
 */
public final class BenchMain {
    private static final String PEER = "PyTorch 2.7.1 CPU through DJL 0.36.0";
    private static final String PEERS_MISSING = """
            bench: --peers measures PyTorch, which is not part of this build. Build it with
              mvn -q -Ppeers -DskipTests package
            (110 MB from Maven Central, once) and run from jmh/target/peers, or use ./tenfold bench --peers, which does both.""";

    private final BenchOptions options;
    private final Forks forks;
    private final Forks.Effort effort;
    private final PrintStream out;
    private final PrintStream err;
    private int failures;

    BenchMain(BenchOptions options, Forks.Effort effort, PrintStream out, PrintStream err) throws IOException {
        this.options = options;
        this.effort = effort;
        this.out = out;
        this.err = err;
        forks = new Forks(options.threads(), effort);
    }

    /** Runs the benchmarks; the exit code is 0, 1 when one failed, or 2 when the arguments make no sense. */
    public static void main(String[] args) {
        int code = run(System.out, System.err, args);
        if (code != 0) System.exit(code);
    }

    static int run(PrintStream out, PrintStream err, String... args) {
        if (args.length > 0 && (args[0].equals("--help") || args[0].equals("-h"))) {
            out.println("Usage: " + BenchOptions.USAGE + "\nBenchmarks: " + String.join(", ", Catalogue.names())
                    + "\nand soak: a million training steps, whose memory must stay flat\n\n" + GpuBench.HELP);
            return 0;
        }
        try {
            if (args.length > 0 && args[0].equals("soak")) return Soak.run(err, Arrays.copyOfRange(args, 1, args.length));
            if (args.length > 0 && args[0].equals("summary")) return GpuSummary.run(out, Arrays.copyOfRange(args, 1, args.length));
            if (GpuBench.meant(args)) return GpuBench.run(out, args);
            BenchOptions options = BenchOptions.parse(args);
            if (options.peers() && !Forks.present(Catalogue.all().get(0).peer())) {
                err.println(PEERS_MISSING);
                return 2;
            }
            return new BenchMain(options, options.quick() ? Forks.Effort.QUICK : Forks.Effort.FULL, out, err).run();
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        } catch (BenchFailure e) {
            err.println("bench: " + e.getMessage()); // the roofs: without them no row has a meaning
            return 1;
        } catch (IOException | UncheckedIOException e) {
            err.println("bench: the result could not be written: " + e);
            return 1;
        }
    }

    /** Measures, prints and writes; 1 when a benchmark failed, and the others are still reported. */
    int run() throws IOException {
        Machine machine = Machine.describe();
        out.printf("%s, %d of %d cores, %s, commit %s%n", machine.cpu(), options.threads(), machine.cores(), machine.jdk(),
                machine.commit());
        Roof roof = measureRoof();
        List<Measurement> measurements = new ArrayList<>();
        for (BenchCase row : Catalogue.named(options.name())) {
            Measurement m = measure(row);
            measurements.add(m);
            if (row.name().equals("gemm")) roof = roof.withSgemm(bestRate(m));
        }
        if (roof.gigaflops() == 0 && measurements.stream().anyMatch(m -> m.row().work().ceiling() == Work.Ceiling.ARITHMETIC)) {
            roof = roof.withSgemm(bestRate(measure(largestGemm())));
        }
        out.println();
        out.print(BenchTable.render(measurements, roof, options.peers()));
        out.println(BenchTable.describe(roof));
        if (options.out() != null) {
            BenchReport.write(BenchReport.build(options, machine, roof, options.peers() ? PEER : null, measurements), options.out());
            out.println("written: " + options.out());
        }
        return failures == 0 ? 0 : 1;
    }

    // A roof is the best that was seen, not the median: what disturbs the machine does not lower it.
    private Roof measureRoof() {
        String own = RoofBenchmark.class.getName();
        double cached = Collections.min(forks.run(own + ".cachedAdd", null, null, 1));
        double copy = Collections.min(forks.run(own + ".copy", null, null, 1));
        double cachedBytes = 12.0 * RoofBenchmark.CACHED_FLOATS * RoofBenchmark.REPEATS * options.threads();
        return new Roof(cachedBytes / cached / 1e9, 2.0 * RoofBenchmark.COPY_BYTES / copy / 1e9, 0);
    }

    // Fork by fork in turn: what else happens on the machine meets both sides alike.
    private Measurement measure(BenchCase row) {
        List<Double> ours = new ArrayList<>();
        List<Double> peer = new ArrayList<>();
        boolean ownSide = Forks.present(row.ours());
        boolean peerSide = options.peers();
        for (int f = 0; f < Math.max(1, effort.forks()); f++) {
            if (ownSide) ownSide = sample(row.ours(), row, ours);
            if (peerSide) peerSide = sample(row.peer(), row, peer);
        }
        Measurement m = new Measurement(row, ours, peer);
        out.printf("%s %s: %s%s%n", row.title(), row.size(), BenchTable.time(m.ourMedian()),
                options.peers() ? ", PyTorch " + BenchTable.time(m.peerMedian()) : "");
        return m;
    }

    private boolean sample(String benchmark, BenchCase row, List<Double> samples) {
        try {
            return samples.addAll(forks.run(benchmark, row.param(), row.value(), row.warmup()));
        } catch (BenchFailure e) {
            failures++;
            samples.clear();
            err.println("bench: " + e.getMessage());
            return false;
        }
    }

    private static BenchCase largestGemm() {
        return Catalogue.named("gemm").getLast();
    }

    private static double bestRate(Measurement m) {
        double ours = m.ours().isEmpty() ? 0 : m.row().work().rate(Collections.min(m.ours()));
        double peer = m.peer().isEmpty() ? 0 : m.row().work().rate(Collections.min(m.peer()));
        return Math.max(ours, peer);
    }
}
