package dev.tenfold.tensor;

/** What belongs to the running thread: its innermost scope, whether recording is paused, and the types that operations compute in. */
final class ThreadState {
    private static final ThreadLocal<ThreadState> CURRENT = ThreadLocal.withInitial(ThreadState::new);

    Scope scope;
    int paused;
    Precision.Setting precision;

    static ThreadState get() {
        return CURRENT.get();
    }
}
