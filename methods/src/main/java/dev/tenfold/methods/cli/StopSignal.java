package dev.tenfold.methods.cli;

import dev.tenfold.methods.Run;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C (and a polite kill): asks the work to stop at its next step and holds the process until it has, for a while.
 * Whatever happens then, every file was written whole or not at all, and Java ends with 130 (143 after a kill).
 */
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 15;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean requested;

    StopSignal(Screen screen) {
        hook = new Thread(() -> request(screen), "tenfold-stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void request(Screen screen) {
        if (ended.getCount() == 0) return;
        requested = true;
        screen.say((screen.terminal() ? "\n" : "") + "stopping after the current step...");
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) screen.say("the step takes long; ended without it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @throws Run.Stopped when the user asked to stop */
    void check() {
        if (requested) throw new Run.Stopped();
    }

    boolean requested() {
        return requested;
    }

    /** The work has ended and said so. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is going down: the hook has just been let go
        }
    }
}
