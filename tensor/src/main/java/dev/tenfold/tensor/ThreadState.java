package dev.tenfold.tensor;

/** What belongs to the running thread: its innermost scope and whether recording is paused. */
final class ThreadState {
    private static final ThreadLocal<ThreadState> CURRENT = ThreadLocal.withInitial(ThreadState::new);

    Scope scope;
    int paused;

    static ThreadState get() {
        return CURRENT.get();
    }
}
