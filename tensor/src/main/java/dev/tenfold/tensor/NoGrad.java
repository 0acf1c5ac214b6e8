package dev.tenfold.tensor;

/**
 * A region of the current thread in which nothing is recorded:
 * {@code try (var region = NoGrad.open()) { … }}. Regions nest.
 */
public final class NoGrad implements AutoCloseable {
    private final ThreadState state;
    private final int before;
    private boolean open = true;

    private NoGrad(ThreadState state, int paused) {
        this.state = state;
        this.before = state.paused;
        state.paused = paused;
    }

    /** Opens a region without recording. */
    public static NoGrad open() {
        ThreadState state = ThreadState.get();
        return new NoGrad(state, state.paused + 1);
    }

    /** Opens a region with recording, inside one without: what a recorder's backward needs for second derivatives. */
    public static NoGrad recording() {
        return new NoGrad(ThreadState.get(), 0);
    }

    /** True when operations of this thread are not recorded now. */
    public static boolean active() {
        return ThreadState.get().paused > 0;
    }

    @Override
    public void close() {
        if (!open) return;
        open = false;
        state.paused = before;
    }
}
