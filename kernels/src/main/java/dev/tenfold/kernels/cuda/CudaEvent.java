package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import org.bytedeco.cuda.cudart.CUevent_st;

/** A point in a stream's work that other streams and the host can wait for, and whose time is taken. May be recorded again and again. */
public final class CudaEvent implements AutoCloseable {
    private final CudaDevice device;
    private final CUevent_st handle = new CUevent_st();
    private boolean closed;

    public CudaEvent(CudaDevice device) {
        this.device = device;
        device.makeCurrent();
        device.check(cuEventCreate(handle, CU_EVENT_DEFAULT), "cuEventCreate");
    }

    CUevent_st handle() {
        if (closed) throw new IllegalStateException("this event of " + device + " is closed");
        return handle;
    }

    /** Lets it happen when everything that {@code stream} has so far has run. */
    public void record(CudaStream stream) {
        CudaThread.refuseInCapture("CudaEvent.record()", "record before or after the replay");
        if (stream.device() != device) throw new IllegalArgumentException("an event of " + device + " cannot be recorded on a stream of " + stream.device());
        device.makeCurrent();
        device.check(cuEventRecord(handle(), stream.handle()), "cuEventRecord");
    }

    /**
     * Waits until it has happened; at once where it was never recorded.
     *
     * @throws IndexOutOfBoundsException when an operation on the device was given an index outside, once for it
     */
    public void synchronize() {
        CudaThread.refuseInCapture("CudaEvent.synchronize()", "a graph cannot wait for the host");
        device.makeCurrent();
        device.check(cuEventSynchronize(handle()), "cuEventSynchronize");
        device.indexFaults().raise();
    }

    /** Whether it has happened; also where it was never recorded. */
    public boolean hasHappened() {
        CudaThread.refuseInCapture("CudaEvent.hasHappened()", "nothing runs before the graph is replayed");
        device.makeCurrent();
        int code = cuEventQuery(handle());
        if (code != CUDA_ERROR_NOT_READY) device.check(code, "cuEventQuery");
        return code == 0;
    }

    /** Seconds on the device from {@code start} to this; waits for both. */
    public double elapsed(CudaEvent start) {
        start.synchronize();
        synchronize();
        float[] milliseconds = new float[1];
        device.check(cuEventElapsedTime(milliseconds, start.handle(), handle()), "cuEventElapsedTime (both events must have been recorded)");
        return milliseconds[0] / 1e3;
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        if (device.isLost()) return;
        device.makeCurrent();
        device.check(cuEventDestroy(handle), "cuEventDestroy");
    }
}
