package dev.tenfold.jmh.gpu;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends the process when a row hangs: a kernel that does not end cannot be stopped, and everything that waits for it waits for ever. */
final class Watchdog implements AutoCloseable {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("watchdog").factory());
    private final double seconds;
    private Future<?> due;

    Watchdog(double seconds) {
        this.seconds = seconds;
    }

    /** Begins to wait; when the time is over, runs {@code last} and ends the process. */
    void watch(Runnable last) {
        due = timer.schedule(() -> {
            try {
                last.run();
            } finally {
                Runtime.getRuntime().halt(GpuBench.GO_ON); // exit hooks may wait for the device
            }
        }, (long) (seconds * 1e3), TimeUnit.MILLISECONDS);
    }

    /** The row has ended. */
    void rest() {
        due.cancel(false);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
