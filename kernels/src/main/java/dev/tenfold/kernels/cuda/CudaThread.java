package dev.tenfold.kernels.cuda;

import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;

/** What a thread has chosen, and the objects that its calls use again and again, so that none makes one. */
final class CudaThread {
    /** A pointer that can be set to any address. Its owner is whoever gave the address. */
    static final class Address extends Pointer {
        Address at(long where) {
            address = where;
            return this;
        }
    }

    private static final ThreadLocal<CudaThread> STATE = ThreadLocal.withInitial(CudaThread::new);

    // Contexts are current on threads of the system; a virtual thread may find itself on another one at any time.
    private final boolean virtual = Thread.currentThread().isVirtual();
    private CudaDevice current;
    private CudaStream[] streams = new CudaStream[1];
    final Address address = new Address();
    /** The graph that this thread is recording, or null. */
    CudaGraph capture;

    static CudaThread get() {
        return STATE.get();
    }

    void enter(CudaDevice device) {
        if (current == device && !virtual) return;
        device.setCurrent();
        current = device;
    }

    /** The stream that the thread has chosen on a device, or null. */
    CudaStream stream(int device) {
        return device < streams.length ? streams[device] : null;
    }

    void stream(int device, CudaStream stream) {
        if (device >= streams.length) streams = Arrays.copyOf(streams, device + 1);
        streams[device] = stream;
    }

    /** Refuses what cannot be part of a graph. */
    static void refuseInCapture(String what, String instead) {
        if (get().capture != null) throw new IllegalStateException(what + " while a CudaGraph is captured: " + instead);
    }
}
