package dev.tenfold.methods.cli;

import dev.tenfold.methods.Run;
import java.util.Locale;

/** Progress in plain lines, for logs: at most one in a few seconds, and always one when the work has ended. */
final class LineProgress implements Run.Progress {
    private static final long INTERVAL_NANOS = 5_000_000_000L;

    private final Screen screen;
    private final String what;
    private final long steps;
    private final StopSignal stop;
    private final long start = System.nanoTime();
    private long lastLine = start;
    private long done;
    private String state = "";
    private boolean closed;

    LineProgress(Screen screen, String what, long steps, StopSignal stop) {
        this.screen = screen;
        this.what = what;
        this.steps = steps;
        this.stop = stop;
    }

    @Override
    public void step() {
        step(state);
    }

    @Override
    public void step(String newState) {
        done++;
        state = newState;
        stop.check();
        long now = System.nanoTime();
        if (done < steps && now - lastLine >= INTERVAL_NANOS) {
            lastLine = now;
            double left = (now - start) * 1e-9 / done * (steps - done);
            screen.say(line() + String.format(Locale.ROOT, ", about %.0f s left", left));
        }
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        screen.say(line() + String.format(Locale.ROOT, ", %.1f s", (System.nanoTime() - start) * 1e-9));
    }

    private String line() {
        return what + ": " + done + " of " + steps + (state.isEmpty() ? "" : ", " + state);
    }
}
