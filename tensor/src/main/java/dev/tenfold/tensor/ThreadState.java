package dev.tenfold.tensor;

/**
 * What belongs to the running thread: its innermost scope, whether recording is paused, the types that operations compute in, and the device on which
 * tensors are made.
 */
final class ThreadState {
    private static final ThreadLocal<ThreadState> CURRENT = ThreadLocal.withInitial(ThreadState::new);

    Scope scope;
    int paused;
    Precision.Setting precision;
    Device device = Device.CPU;
    /** The random numbers of the graph that is captured, or null. */
    CapturedDraws draws;

    static ThreadState get() {
        return CURRENT.get();
    }
}
