package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUstream_st;

/**
 * A queue of work on a device: what is enqueued here runs in this order, and in no order with other streams unless one
 * {@linkplain #waitFor waits} for an event of the other. Streams are few and live long.
 */
public final class CudaStream implements AutoCloseable {
    /** A stretch in which a stream is the thread's current one; closing it brings back the one before. */
    public final class Use implements AutoCloseable {
        private final CudaStream before;

        private Use(CudaStream before) {
            this.before = before;
        }

        @Override
        public void close() {
            CudaThread.get().stream(device.index(), before);
        }
    }

    private static final boolean SYNCHRONOUS = Boolean.getBoolean("tenfold.cuda.sync");

    private final CudaDevice device;
    private final LaunchLog launches = new LaunchLog();
    private final CUstream_st handle = new CUstream_st();
    // Orders other streams behind this one; a wait has taken its state when the call returns, so one event serves all.
    private final CUevent_st mark = new CUevent_st();
    private final StreamPool pool;
    private volatile boolean closed;
    private volatile CudaGraph capture;

    /** A stream of {@code device} that does not wait for the legacy default stream. */
    public CudaStream(CudaDevice device) {
        this.device = device;
        device.makeCurrent();
        device.check(cuStreamCreate(handle, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        device.check(cuEventCreate(mark, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
        pool = device.allocator().poolFor(this);
        device.opened(this);
    }

    public CudaDevice device() {
        return device;
    }

    /**
     * The driver's handle, for calls of one's own.
     *
     * @throws IllegalStateException when the stream is closed
     */
    public CUstream_st handle() {
        if (closed) throw new IllegalStateException("this stream of " + device + " is closed");
        return handle;
    }

    /** Makes this the calling thread's stream of its device, until the result is closed. */
    public Use use() {
        handle();
        CudaThread thread = CudaThread.get();
        Use use = new Use(thread.stream(device.index()));
        thread.stream(device.index(), this);
        return use;
    }

    /**
     * Waits until everything that was enqueued has run.
     *
     * @throws IndexOutOfBoundsException when an operation on the device was given an index outside, once for it
     */
    public void synchronize() {
        CudaThread.refuseInCapture("CudaStream.synchronize()", "a graph cannot wait for the host");
        await();
        device.indexFaults().raise();
    }

    void await() {
        if (closed) return;
        long launched = launches.count();
        device.makeCurrent();
        device.check(cuStreamSynchronize(handle), "cuStreamSynchronize");
        launches.endedWell(launched);
    }

    /**
     * A kernel was launched on this stream. Whoever launches one says so, for the sake of later error messages; with
     * {@code -Dtenfold.cuda.sync=true} its end is waited for here, so that its error is thrown here.
     */
    public void launched(String kernel) {
        launches.add(kernel);
        if (SYNCHRONOUS && capture == null) await();
    }

    /** How many kernels were launched so far. */
    public long launchCount() {
        return launches.count();
    }

    /** The kernels whose end is not known yet. */
    String suspects() {
        return launches.suspects();
    }

    /** Whether everything that was enqueued has run. */
    public boolean isIdle() {
        CudaThread.refuseInCapture("CudaStream.isIdle()", "nothing runs before the graph is replayed");
        device.makeCurrent();
        int code = cuStreamQuery(handle());
        if (code != CUDA_ERROR_NOT_READY) device.check(code, "cuStreamQuery");
        return code == 0;
    }

    /** An event that happens when everything enqueued so far has run. The caller closes it. */
    public CudaEvent record() {
        CudaEvent event = new CudaEvent(device);
        event.record(this);
        return event;
    }

    /** Whatever is enqueued from now on runs after {@code event}, which may be of another stream or device. The host does not wait. */
    public void waitFor(CudaEvent event) {
        CudaThread.refuseInCapture("CudaStream.waitFor()", "capture on one stream, and wait before or after the replay");
        device.makeCurrent();
        device.check(cuStreamWaitEvent(handle(), event.handle(), 0), "cuStreamWaitEvent");
    }

    /** Whatever is enqueued from now on runs after what {@code other} has now. */
    void runAfter(CudaStream other) {
        if (other == this || other.closed) return;
        synchronized (other.mark) {
            other.device.makeCurrent();
            other.device.check(cuEventRecord(other.mark, other.handle), "cuEventRecord");
            device.makeCurrent();
            device.check(cuStreamWaitEvent(handle(), other.mark, 0), "cuStreamWaitEvent");
        }
    }

    /** Whether what is enqueued is recorded for a graph instead of run. */
    public boolean isCapturing() {
        return capture != null;
    }

    void capture(CudaGraph graph) {
        capture = graph;
    }

    /**
     * A kernel that is enqueued next uses the memory at {@code address}. Whoever launches kernels says so for each pointer: a graph
     * remembers the blocks. Costs nothing otherwise.
     */
    public void touches(long address) {
        CudaGraph graph = capture;
        if (graph != null) graph.uses(address);
    }

    StreamPool pool() {
        CudaGraph graph = capture;
        return graph == null ? pool : graph.pool();
    }

    boolean isClosed() {
        return closed;
    }

    /** Waits for what was enqueued and ends the stream. Its cached memory goes to the next one. */
    @Override
    public void close() {
        if (closed) return;
        if (capture != null) throw new IllegalStateException("this stream of " + device + " cannot be closed while a graph is captured on it");
        try {
            await();
        } finally {
            closed = true;
            device.closed(this);
            device.allocator().orphan(pool);
            if (!device.isLost()) {
                device.makeCurrent();
                device.check(cuEventDestroy(mark), "cuEventDestroy");
                device.check(cuStreamDestroy(handle), "cuStreamDestroy");
            }
        }
    }
}
