package dev.tenfold.kernels.cuda;

import static org.bytedeco.cuda.global.cudart.*;

import java.lang.foreign.SymbolLookup;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.cuda.cudart.CUctx_st;

/**
 * A device that CUDA code runs on, in its primary context, which other libraries of the process share. May be used from any thread.
 *
 * <p>A kernel that fails ends the context: the call that notices says which kernels were under way, and every later call throws
 * an exception that repeats the first reason.
 */
public final class CudaDevice {
    private static final String EMULATOR = "Tenfold emulator";

    private final int index;
    private final DeviceProperties properties;
    private final boolean emulated;
    private final boolean tellsParameters;
    private final List<CudaStream> streams = new ArrayList<>();
    private final DeviceAllocator allocator;
    private final Staging staging = new Staging(this);
    private final IndexFaults indexFaults = new IndexFaults(this);
    private volatile CUctx_st context;
    private volatile CudaStream shared;
    private volatile LocalTime lostAt;
    private volatile CudaException lost;

    /**
     * A device as the driver has it.
     *
     * @param library the driver, asked for functions that not every one has
     * @param limit   the most memory to take, in bytes
     */
    CudaDevice(int index, DeviceProperties properties, SymbolLookup library, long limit) {
        this.index = index;
        this.properties = properties;
        emulated = properties.name().startsWith(EMULATOR);
        tellsParameters = library.find("cuFuncGetParamInfo").isPresent();
        allocator = new DeviceAllocator(this, limit, emulated ? EmulatedMemory.of(library) : null);
    }

    /** Its place among the {@linkplain Cuda#devices() devices}. */
    public int index() {
        return index;
    }

    /** Whether the driver can say which parameters a kernel has: those from CUDA 12.4 on. Calling what an older one lacks would end the process. */
    boolean tellsParameters() {
        return tellsParameters;
    }

    /** The product's name. */
    public String name() {
        return properties.name();
    }

    public DeviceProperties properties() {
        return properties;
    }

    /** What code is compiled for: {@code sm_90a} and {@code sm_100a} where only the variant has every instruction, {@code emulated} on the emulator. */
    public String architecture() {
        if (emulated) return "emulated";
        int capability = 10 * properties.major() + properties.minor();
        return "sm_" + capability + (capability == 90 || capability == 100 ? "a" : "");
    }

    /** Whether it is Tenfold's own driver, which runs kernels on the processor. */
    public boolean isEmulated() {
        return emulated;
    }

    /**
     * Makes its context the calling thread's. Costs nanoseconds where it is already. To be called right before the driver is, behind every lock
     * and wait: there a virtual thread may come back on another thread of the system, where another context is current or none.
     *
     * @throws CudaException when the context was lost, with the first reason
     */
    public void makeCurrent() {
        CudaException reason = lost;
        if (reason != null) throw repeated(reason);
        CudaThread.get().enter(this);
    }

    void setCurrent() {
        CUctx_st known = context;
        check(cuCtxSetCurrent(known != null ? known : retain()), "cuCtxSetCurrent");
    }

    private synchronized CUctx_st retain() {
        if (context == null) {
            CUctx_st primary = new CUctx_st();
            check(cuDevicePrimaryCtxRetain(primary, index), "cuDevicePrimaryCtxRetain");
            context = primary;
        }
        return context;
    }

    CUctx_st context() {
        return context == null ? retain() : context;
    }

    /** The stream that the calling thread works on: the one in {@link CudaStream#use() use}, otherwise one that all threads share. */
    public CudaStream stream() {
        CudaStream chosen = CudaThread.get().stream(index);
        if (chosen != null) return chosen;
        return sharedStream();
    }

    /** The stream of all threads that have chosen none. */
    CudaStream sharedStream() {
        CudaStream all = shared;
        return all != null ? all : makeShared();
    }

    private synchronized CudaStream makeShared() {
        if (shared == null) shared = new CudaStream(this);
        return shared;
    }

    /** The device's memory. */
    public DeviceAllocator allocator() {
        return allocator;
    }

    Staging staging() {
        return staging;
    }

    /** What kernels tell of indices outside. */
    IndexFaults indexFaults() {
        return indexFaults;
    }

    /**
     * Waits for everything that was enqueued on the device's streams.
     *
     * @throws IndexOutOfBoundsException when an operation was given an index outside, once for it
     */
    public void synchronize() {
        CudaThread.refuseInCapture("CudaDevice.synchronize()", "a graph cannot wait for the host");
        waitForStreams();
        indexFaults.raise();
    }

    /** Waits for the streams that are not being captured: those cannot be waited for, and have not begun. */
    void waitForStreams() {
        List<CudaStream> open;
        synchronized (streams) {
            open = List.copyOf(streams);
        }
        for (CudaStream stream : open) if (!stream.isCapturing()) stream.await();
    }

    void opened(CudaStream stream) {
        synchronized (streams) {
            streams.add(stream);
        }
    }

    void closed(CudaStream stream) {
        synchronized (streams) {
            streams.remove(stream);
        }
    }

    /** Whether the context was lost, and nothing can be done on the device any more. */
    public boolean isLost() {
        return lost != null;
    }

    /** Throws for any {@code code} but 0. Where the arguments belong into the message, {@link #failed} builds it on the way out only. */
    public void check(int code, String call) {
        if (code != 0) throw failed(code, call);
    }

    /**
     * The exception for a driver's error.
     *
     * @param call the function and its arguments, for people
     */
    public CudaException failed(int code, String call) {
        CudaException reason = lost;
        if (reason != null) return repeated(reason);
        String sentence = CudaException.sentence(code, call) + " on cuda:" + index;
        if (!CudaException.endsContext(code)) return new CudaException(code, CudaException.name(code), false, sentence, null);
        CudaException first = new CudaException(code, CudaException.name(code), true, sentence + ". " + suspects()
                + " The device's context is lost: restart the process.", null);
        lostAt = LocalTime.now().truncatedTo(ChronoUnit.SECONDS);
        lost = first;
        return first;
    }

    private String suspects() {
        synchronized (streams) {
            String named = streams.stream().map(CudaStream::suspects).filter(s -> !s.isEmpty()).collect(Collectors.joining("; "));
            return named.isEmpty() ? "No kernel was under way." : "Launched since the device was last found well: " + named
                    + " (-Dtenfold.cuda.sync=true waits for every kernel and names the one).";
        }
    }

    private CudaException repeated(CudaException reason) {
        return new CudaException(reason.code(), reason.name(), true, "cuda:" + index + " cannot be used since " + lostAt + ", when this happened: "
                + reason.getMessage(), reason);
    }

    /**
     * Begins anew on the emulator after a fault that a test has planted: all memory is lost, also what is handed out; streams and compiled
     * kernels stay.
     */
    void reset() {
        if (!emulated) throw new IllegalStateException("only the emulator's context may be reset: other libraries of the process share a device's");
        CudaException.check(cuDevicePrimaryCtxReset(index), "cuDevicePrimaryCtxReset");
        allocator.reset();
        lost = null;
    }

    @Override
    public String toString() {
        return "cuda:" + index;
    }
}
