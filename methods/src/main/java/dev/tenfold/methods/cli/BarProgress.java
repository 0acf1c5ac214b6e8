package dev.tenfold.methods.cli;

import dev.tenfold.methods.Run;
import java.util.Deque;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that redraws itself on one line of a terminal; the finished bar stays. */
final class BarProgress implements Run.Progress {
    private final Screen screen;
    private final StopSignal stop;
    private final Deque<BarProgress> open;
    private final ProgressBar bar;
    private boolean closed;

    /** @param open the bars that are open, the innermost first: it alone is drawn */
    BarProgress(Screen screen, String what, long steps, StopSignal stop, Deque<BarProgress> open) {
        this.screen = screen;
        this.stop = stop;
        this.open = open;
        open.push(this);
        bar = new ProgressBarBuilder()
                .setTaskName(what).setInitialMax(steps).setUpdateIntervalMillis(200)
                .setStyle(ProgressBarStyle.ASCII)
                .setConsumer(new DelegatingProgressBarConsumer(this::draw, screen.columns() - 1))
                .build();
    }

    // One write, so that a message between two drawings stays whole.
    private void draw(String line) {
        if (stop.requested() || open.peek() != this) return;
        screen.err().print(Screen.ERASE_LINE + line);
        screen.err().flush();
    }

    @Override
    public void step() {
        bar.step();
        stop.check();
    }

    @Override
    public void step(String state) {
        bar.setExtraMessage(" " + state);
        step();
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        bar.close();
        open.remove(this);
        if (!stop.requested()) screen.err().println();
    }
}
