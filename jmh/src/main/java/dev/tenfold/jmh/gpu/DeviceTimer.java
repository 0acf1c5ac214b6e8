package dev.tenfold.jmh.gpu;

import dev.tenfold.kernels.cuda.CudaEvent;
import dev.tenfold.kernels.cuda.CudaGraph;
import dev.tenfold.kernels.cuda.CudaStream;
import dev.tenfold.tensor.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * Times calls on a device: warm, in batches between two events, several of them. Where the host enqueues slower than the device works, a batch takes the
 * host's time; the replay of a graph tells what the device alone needs.
 */
final class DeviceTimer {
    /**
     * How long to measure.
     *
     * @param warmSeconds  calls that are thrown away
     * @param batchSeconds how long a batch shall take
     * @param batches      how many there are
     * @param mostCalls    the most calls of one
     */
    record Effort(double warmSeconds, double batchSeconds, int batches, int mostCalls) {
        static final Effort FULL = new Effort(0.1, 0.03, 9, 2000);
        static final Effort QUICK = new Effort(0.03, 0.01, 5, 1000);
        /** Whether it runs: times on the emulator, or of small sizes, say nothing. */
        static final Effort TRIAL = new Effort(0, 0, 2, 1);
    }

    /** Calls, or so long a work, that can be enqueued before the driver lets the host wait. */
    private static final int QUEUED = 8;
    private static final double QUEUED_SECONDS = 1e-3;
    /** A graph of short calls holds so many that its own start does not count. */
    private static final double GRAPH_SECONDS = 0.5e-3;
    private static final int MOST_CAPTURED = 64;
    /** Of a longer call the host is far ahead of the device, and a graph changes nothing. */
    private static final double LONG_CALL = 5e-3;

    private final Device device;
    private final Effort effort;

    DeviceTimer(Device device, Effort effort) {
        this.device = device;
        this.effort = effort;
    }

    /** Measures calls that are enqueued one by one, on the device and on the host. */
    Timing measure(Call call) {
        repeat(call.run(), 2); // compiles; an optimiser's second step is another kernel than its first
        device.synchronize();
        try (Stopwatch watch = new Stopwatch(device)) {
            warm(call, watch.time(call.run(), call.cycle()));
            double once = watch.time(call.run(), call.cycle());
            return new Timing(batches(watch, call.run(), calls(once, call.cycle())), host(call, once), List.of(), List.of());
        }
    }

    /** Whether a call of so many seconds may gain from a graph. */
    static boolean shortEnough(double seconds) {
        return seconds <= LONG_CALL;
    }

    /** Measures a graph of calls that take about {@code once} seconds each. */
    List<Double> replays(Call call, double once) {
        int wanted = (int) Math.clamp(Math.ceil(GRAPH_SECONDS / once), 1, Math.min(MOST_CAPTURED, effort.mostCalls));
        int captured = whole(wanted, call.cycle());
        try (CudaGraph graph = device.capture(() -> repeat(call.run(), captured)); Stopwatch watch = new Stopwatch(device)) {
            repeat(graph::replay, 2);
            return batches(watch, graph::replay, calls(once * captured, 1)).stream().map(seconds -> seconds / captured).toList();
        }
    }

    private void warm(Call call, double once) {
        int calls = calls(once, call.cycle());
        long until = System.nanoTime() + (long) (effort.warmSeconds * 1e9);
        while (System.nanoTime() < until) {
            repeat(call.run(), calls);
            device.synchronize();
        }
    }

    private int calls(double once, int cycle) {
        return whole(Math.clamp(Math.round(effort.batchSeconds / Math.max(once, 1e-7)), 1, effort.mostCalls), cycle);
    }

    /** At least {@code calls}, and every input as often as the others. */
    private static int whole(int calls, int cycle) {
        return (calls + cycle - 1) / cycle * cycle;
    }

    private List<Double> batches(Stopwatch watch, Runnable run, int calls) {
        List<Double> seconds = new ArrayList<>();
        for (int b = 0; b < effort.batches; b++) seconds.add(watch.time(run, calls));
        return seconds;
    }

    private List<Double> host(Call call, double once) {
        List<Double> seconds = new ArrayList<>();
        int calls = Math.clamp(Math.round(QUEUED_SECONDS / once), 1, Math.min(QUEUED, effort.mostCalls));
        for (int b = 0; b < effort.batches; b++) {
            device.synchronize();
            long before = System.nanoTime();
            repeat(call.run(), calls);
            seconds.add((System.nanoTime() - before) * 1e-9 / calls);
        }
        device.synchronize();
        return seconds;
    }

    private static void repeat(Runnable run, int times) {
        for (int i = 0; i < times; i++) run.run();
    }

    /** Two events of a stream. */
    private static final class Stopwatch implements AutoCloseable {
        private final CudaStream stream;
        private final CudaEvent start;
        private final CudaEvent end;

        Stopwatch(Device device) {
            stream = device.accelerator().stream();
            start = new CudaEvent(device.accelerator());
            end = new CudaEvent(device.accelerator());
        }

        /** Seconds on the device of each of {@code calls} calls. */
        double time(Runnable run, int calls) {
            start.record(stream);
            repeat(run, calls);
            end.record(stream);
            return end.elapsed(start) / calls;
        }

        @Override
        public void close() {
            start.close();
            end.close();
        }
    }
}
