package dev.tenfold.tensor;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.cuda.Cuda;
import dev.tenfold.kernels.cuda.CudaDevice;
import dev.tenfold.kernels.cuda.CudaGraph;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where tensors live and are computed with: the host, or a CUDA device. There is one object for each, so {@code ==} compares them.
 *
 * <p>An operation runs where its inputs are, and its results stay there. {@link #use()} names the device on which tensors are made that have
 * no inputs:
 *
 * <pre>{@code
 * try (Device.Use there = Device.cuda(0).use(); Scope scope = Scope.open()) {
 *     Tensor x = new Generator(1).normal(DType.F32, 1000, 10);  // drawn on the device, the numbers that the host would draw
 *     double mean = x.square().mean().item();                   // reading waits for the device
 * }
 * }</pre>
 *
 * {@link Tensor#to(Device)} moves tensors.
 */
public final class Device {
    /** Kinds of devices. */
    public enum Kind {
        CPU, CUDA;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A region of the current thread in which tensors are made on a device. */
    public static final class Use implements AutoCloseable {
        private final ThreadState state;
        private final Device before;
        private boolean open = true;

        private Use(Device device) {
            state = ThreadState.get();
            before = state.device;
            state.device = device;
        }

        @Override
        public void close() {
            if (!open) return;
            open = false;
            state.device = before;
        }
    }

    /** The host. */
    public static final Device CPU = new Device(Kind.CPU, 0, null);

    private static final ConcurrentHashMap<Integer, Device> CUDA = new ConcurrentHashMap<>();

    private final Kind kind;
    private final int index;
    private final CudaDevice accelerator;

    private Device(Kind kind, int index, CudaDevice accelerator) {
        this.kind = kind;
        this.index = index;
        this.accelerator = accelerator;
    }

    /**
     * A CUDA device, counted from 0.
     *
     * @throws IllegalStateException    when there is no CUDA on this machine, with the reason
     * @throws IllegalArgumentException when there are devices, but not this one
     */
    public static Device cuda(int index) {
        Device known = CUDA.get(index);
        return known != null ? known : CUDA.computeIfAbsent(index, i -> new Device(Kind.CUDA, i, Cuda.device(i)));
    }

    /**
     * The device that a text names: {@code cpu}, {@code cuda} (the first), or {@code cuda:N}.
     *
     * @throws IllegalArgumentException for any other text
     * @throws IllegalStateException    when there is no CUDA on this machine, with the reason
     */
    public static Device parse(String text) {
        if (text.equals("cpu")) return CPU;
        if (text.equals("cuda")) return cuda(0);
        if (text.matches("cuda:[0-9]{1,4}")) return cuda(Integer.parseInt(text.substring(5)));
        throw new IllegalArgumentException("device " + text + ": there are cpu, cuda and cuda:N with the device's number, such as cuda:0");
    }

    /** The device on which the current thread makes tensors: inside an operation that of its inputs, otherwise that of {@link #use()}, the host without one. */
    public static Device current() {
        return ThreadState.get().device;
    }

    /** Opens a region of the current thread in which tensors that have no inputs are made here. Regions nest. */
    public Use use() {
        return new Use(this);
    }

    /** The kind of device. */
    public Kind kind() {
        return kind;
    }

    /** Its number among its kind. */
    public int index() {
        return index;
    }

    /** Whether it is a CUDA device. */
    public boolean isCuda() {
        return accelerator != null;
    }

    /**
     * The CUDA device behind it: streams, memory, properties.
     *
     * @throws IllegalStateException for the host
     */
    public CudaDevice accelerator() {
        if (accelerator == null) throw new IllegalStateException("the host is no CUDA device");
        return accelerator;
    }

    /** Waits until everything that was asked of the device is done. On the host everything is. */
    public void synchronize() {
        if (accelerator != null) accelerator.synchronize();
    }

    /**
     * Records what {@code work} enqueues on this device, without running it, as one graph that can be replayed at the cost of one launch. A replay reads
     * and writes the tensors that were there when it was captured: change the inputs with {@link Tensor#copyFrom}, and keep them and the results open.
     * Run the work once before, so that kernels are compiled. Reading values inside is refused. Each replay takes new random numbers from the
     * generators that the work draws from, those that it would have drawn itself; capturing takes none. Numbers that the host works out stay those
     * of the capture, such as a learning rate or Adam's correction by the number of the step.
     *
     * @throws IllegalStateException for the host, which has no graphs
     */
    public CudaGraph capture(Runnable work) {
        if (accelerator == null) throw new IllegalStateException("capture: the host has no graphs; capture on a CUDA device");
        ThreadState state = ThreadState.get();
        CapturedDraws around = state.draws;
        CapturedDraws draws = new CapturedDraws(this);
        state.draws = draws;
        try {
            return CudaGraph.capture(accelerator, work, draws);
        } finally {
            state.draws = around;
            draws.rewind();
        }
    }

    /**
     * A tensor that was just written on the host, where {@link #current()} wants it: itself, or a copy in place of it. For readers and factories.
     */
    public static Tensor placed(Tensor written) {
        Device here = ThreadState.get().device;
        if (here == CPU) return written;
        try (written; NoGrad region = NoGrad.open()) {
            return written.to(here);
        }
    }

    Block allocate(long bytes) {
        return accelerator == null ? HostAllocator.get().allocate(bytes) : accelerator.allocator().allocate(bytes, accelerator.stream());
    }

    @Override
    public String toString() {
        return kind == Kind.CPU ? "cpu" : kind + ":" + index;
    }
}
