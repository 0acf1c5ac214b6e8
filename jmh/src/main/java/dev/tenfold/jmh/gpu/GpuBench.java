package dev.tenfold.jmh.gpu;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenfold.jmh.BenchTable;
import dev.tenfold.jmh.Machine;
import dev.tenfold.jmh.Measurement;
import dev.tenfold.jmh.Work;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.kernels.cuda.CudaDevice;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Scope;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * {@code tenfold bench … --device cuda}: measures rows on a device, one after the other. A row without a kernel is skipped, one that fails is told, and the
 * others are measured. A fault on the device ends its context, and with it the process: {@code --resume} goes on behind it.
 */
public final class GpuBench {
    /** The device or a row can no more be used in this process, and rows are left: call again with {@code --resume}. */
    static final int GO_ON = 3;

    /** What {@code tenfold bench --help} says of devices. */
    public static final String HELP = "On a device: " + GpuOptions.USAGE + "\nGroups: " + String.join(", ", Rows.groups())
            + "\nBoth sides' results in one: " + GpuSummary.USAGE;

    private final GpuOptions options;
    private final PrintStream out;
    private final List<Row> rows;
    private final long start = System.nanoTime();
    private int failures;

    private GpuBench(GpuOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        // the roofs first, whatever is asked for: without them a rate has no meaning
        rows = Rows.named("roof," + options.names(), options.sizes());
    }

    /** Whether a command line is for this and not for the benchmarks on the host. */
    public static boolean meant(String... args) {
        return GpuOptions.meant(args);
    }

    /**
     * Runs a command line; the exit code is 0, 1 when a row failed, or 3 when the process has to be started again with {@code --resume}.
     *
     * @throws IllegalArgumentException with a sentence for the user when an argument is not understood, or there is no such device
     */
    public static int run(PrintStream out, String... args) throws IOException {
        GpuOptions options = GpuOptions.parse(args);
        GpuBench bench = new GpuBench(options, out);
        if (options.list()) {
            bench.rows.forEach(row -> out.println(row.name()));
            return 0;
        }
        return bench.measure(open(options.device()));
    }

    private static Device open(String name) {
        try {
            return Device.parse(name);
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException("bench: " + e.getMessage(), e);
        }
    }

    private int measure(Device device) throws IOException {
        CudaDevice cuda = device.accelerator();
        Machine machine = Machine.describe();
        out.printf("%s (%s), commit %s%n", cuda.name(), cuda.architecture(), machine.commit());
        GpuReport report = new GpuReport(about(device, machine), rows, options.out());
        if (options.resume()) report.resume();
        boolean trial = cuda.isEmulated() || options.sizes() == Rows.Sizes.SMALL;
        DeviceTimer timer = new DeviceTimer(device, trial ? DeviceTimer.Effort.TRIAL : options.quick() ? DeviceTimer.Effort.QUICK : DeviceTimer.Effort.FULL);
        try (Device.Use there = device.use(); Watchdog watchdog = new Watchdog(options.rowSeconds())) {
            for (Row row : rows) {
                if (report.has(row)) continue;
                if ((System.nanoTime() - start) * 1e-9 > options.seconds()) {
                    out.println("the time is over; rows that are left can be measured with --resume");
                    break;
                }
                report.put(row, Result.running(row));
                watchdog.watch(() -> report.put(row, Result.failed(row, "it took longer than " + options.rowSeconds() + " s, and the process was ended")));
                Result result = measure(row, timer, device);
                watchdog.rest();
                report.put(row, result);
                tell(row, result, report.roofs());
                if (cuda.isLost()) return GO_ON;
            }
        }
        out.println(report.roofs());
        if (options.out() != null) out.println("written: " + options.out());
        return failures == 0 ? 0 : 1;
    }

    private Result measure(Row row, DeviceTimer timer, Device device) {
        try (Scope scope = Scope.open(); Call call = Workloads.of(row).open().apply(row)) {
            Timing eager = timer.measure(call);
            double once = Measurement.median(eager.device());
            if (!DeviceTimer.shortEnough(once) && !row.group().equals("steps")) return Result.measured(row, eager, null);
            try {
                return Result.measured(row, new Timing(eager.device(), eager.host(), timer.replays(call, once), List.of()), null);
            } catch (RuntimeException e) {
                if (device.accelerator().isLost()) throw e;
                return Result.measured(row, eager, "no graph: " + sentence(e));
            }
        } catch (RuntimeException | Error e) {
            if (isMissing(e)) return Result.skipped(row, sentence(e).replaceFirst(", and a tensor is on .*", ""));
            failures++;
            return Result.failed(row, sentence(e));
        }
    }

    private static boolean isMissing(Throwable e) {
        return e instanceof Missing || e instanceof IllegalStateException && String.valueOf(e.getMessage()).contains("has no CUDA kernel yet");
    }

    private static String sentence(Throwable e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private void tell(Row row, Result result, Roofs roofs) {
        String state = result.state().name().toLowerCase(Locale.ROOT);
        if (result.timing().isEmpty()) {
            out.printf("%-44s %s: %s%n", row.name(), state, result.note());
            return;
        }
        double seconds = Measurement.median(result.timing().device());
        double share = roofs.share(row, seconds);
        Work work = Workloads.of(row).work().apply(row);
        out.printf("%-44s %9s, host %9s, graph %9s, %s%s%s%n", row.name(), BenchTable.time(seconds), BenchTable.time(Measurement.median(result.timing().host())),
                BenchTable.time(Measurement.median(result.timing().graph())), work.describe(seconds),
                Double.isNaN(share) ? "" : String.format(Locale.ROOT, ", %.0f %% of roof", 100 * share), result.note() == null ? "" : " (" + result.note() + ")");
    }

    private ObjectNode about(Device device, Machine machine) {
        CudaDevice cuda = device.accelerator();
        ObjectNode about = GpuReport.JSON.createObjectNode();
        about.put("side", "tenfold");
        about.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        about.put("commit", machine.commit());
        about.put("device", device.toString());
        about.put("device_name", cuda.name());
        about.put("architecture", cuda.architecture());
        about.put("driver", Cuda.status());
        about.put("multiprocessors", cuda.properties().multiprocessors());
        about.put("clock_mhz", cuda.properties().clockKiloHertz() / 1000);
        about.put("memory_clock_mhz", cuda.properties().memoryKiloHertz() / 1000);
        about.put("memory_gb_per_second_on_paper", cuda.properties().bandwidth() / 1e9);
        about.put("cpu", machine.cpu());
        about.put("cores", machine.cores());
        about.put("system", machine.system());
        about.put("jdk", machine.jdk());
        about.put("sizes", options.sizes().name().toLowerCase(Locale.ROOT));
        about.put("quick", options.quick());
        return about;
    }
}
