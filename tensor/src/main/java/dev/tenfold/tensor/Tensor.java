package dev.tenfold.tensor;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.op.Transfer;
import dev.tenfold.tensor.primitive.Copying;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * An n-dimensional array of one element type in native memory: a view (shape, strides, offset) on shared storage.
 *
 * <p>A tensor belongs to the innermost {@link Scope} that is open when it is made, which frees it; outside of any scope its
 * holder closes it. Its operations are grouped in {@link TensorArithmetic}, {@link TensorViews}, {@link TensorReductions},
 * {@link TensorIndexing} and {@link TensorLinear}; tensors are made by the static methods of {@link Tensors} and
 * {@link Generator}. Tensors may be read from several threads; a gradient graph belongs to the thread that records it.
 */
public final class Tensor implements AutoCloseable, TensorArithmetic, TensorViews, TensorReductions, TensorIndexing, TensorLinear {
    final Storage storage;
    private final DType dtype;
    private final Layout layout;
    private final Device device;
    private boolean closed;
    private boolean freed;
    // Graphs of several threads may save one parameter.
    private volatile int saves;
    private static final AtomicIntegerFieldUpdater<Tensor> SAVES = AtomicIntegerFieldUpdater.newUpdater(Tensor.class, "saves");
    private boolean leaf;
    private Recorder.Trace trace;
    private Tensor grad;
    Scope owner;
    boolean kept;
    Runnable net;
    Cleaner.Cleanable watch;
    final Throwable made;

    private Tensor(ThreadState state, Storage storage, DType dtype, Layout layout, Device device) {
        this.storage = storage;
        this.dtype = dtype;
        this.layout = layout;
        this.device = device;
        this.made = Ownership.TRACE ? new Throwable("made here") : null;
        Scope scope = state.scope;
        if (scope != null) scope.own(this);
        else Ownership.watch(this);
    }

    // ---- making ----

    /** A dense tensor with unspecified content on {@link Device#current()}, for operations that fill it: inside them, that is where their inputs are. */
    public static Tensor allocate(DType dtype, Shape shape) {
        ThreadState state = ThreadState.get();
        return allocate(state, state.device, dtype, shape);
    }

    /** A dense tensor with unspecified content on {@code device}. */
    public static Tensor allocate(Device device, DType dtype, Shape shape) {
        return allocate(ThreadState.get(), device, dtype, shape);
    }

    private static Tensor allocate(ThreadState state, Device device, DType dtype, Shape shape) {
        Block block = device.allocate(Math.multiplyExact(shape.elements(), dtype.bytes()));
        return new Tensor(state, new Storage(block), dtype, Layout.dense(shape), device);
    }

    /** A view on this tensor's storage with another layout, not recorded: for view operations. */
    public Tensor withLayout(Layout view) {
        return withLayout(view, dtype);
    }

    private Tensor withLayout(Layout view, DType type) {
        storage.block.retain();
        return new Tensor(ThreadState.get(), storage, type, view, device);
    }

    /** Another handle on the same values and the same place in the graph; of a leaf, one that is cut off from it. */
    public Tensor alias() {
        Tensor alias = withLayout(layout, dtype);
        if (trace != null) alias.attachTrace(trace);
        return alias;
    }

    /**
     * Writes the values of {@code source}, converted to this type, into this tensor (and whatever views share its storage, where
     * the source may be one of them). The source may lie on another device.
     * Not recorded. Returns this.
     *
     * @throws IllegalArgumentException when the shapes differ
     * @throws IllegalStateException    when this tensor requires a gradient and recording is on
     */
    public Tensor copyFrom(Tensor source) {
        checkOpen("copyFrom");
        source.checkOpen("copyFrom");
        if (!source.shape().equals(shape())) throw new IllegalArgumentException("copyFrom: the source is " + source.shape() + ", the target " + shape());
        if (requiresGrad() && !NoGrad.active()) {
            throw new IllegalStateException("copyFrom: the target requires a gradient; change it inside NoGrad.open()");
        }
        try (NoGrad region = NoGrad.open()) {
            // Another view of the same memory might be read where it was already written.
            Tensor values = source.storage == storage ? source.copy() : source.to(dtype);
            Tensor here = values.to(device);
            Copying.strided(here, this);
            if (here != values) here.close();
            if (values != source) values.close();
        }
        markChanged();
        return this;
    }

    // ---- what it is ----

    public DType dtype() {
        return dtype;
    }

    public Shape shape() {
        return layout.shape();
    }

    public Layout layout() {
        return layout;
    }

    public Device device() {
        return device;
    }

    /** This tensor if it is on {@code target}, a dense copy there otherwise. Recorded: gradients go back to this tensor's device. */
    public Tensor to(Device target) {
        return target == device ? this : Operation.apply(new Transfer(device, target), this);
    }

    /** The number of dimensions. */
    public int rank() {
        return layout.shape().rank();
    }

    /** The number of elements. */
    public long elements() {
        return layout.shape().elements();
    }

    /** The size of dimension {@code axis}; negative axes count from the end. */
    public long size(int axis) {
        return layout.shape().size(axis);
    }

    /** True when the elements lie row-major without gaps. */
    public boolean isDense() {
        return layout.isDense();
    }

    /**
     * The native address of the first element; valid while the tensor is open.
     *
     * @throws IllegalStateException when the tensor is closed, or not on the host
     */
    public long address() {
        if (freed || device != Device.CPU) throw noAddress("address", Device.Kind.CPU);
        return storage.block.address() + layout.offset() * dtype.bytes();
    }

    /**
     * The address of the first element in the memory of its CUDA device; valid while the tensor is open.
     *
     * @throws IllegalStateException when the tensor is closed, or on the host
     */
    public long deviceAddress() {
        if (freed || device == Device.CPU) throw noAddress("deviceAddress", Device.Kind.CUDA);
        return storage.block.address() + layout.offset() * dtype.bytes();
    }

    private IllegalStateException noAddress(String call, Device.Kind wanted) {
        if (freed) return closedError(call);
        return new IllegalStateException(call + ": the " + dtype + " tensor " + shape() + " is on " + device + ", whose memory " + (wanted == Device.Kind.CPU
                ? "the CPU cannot reach: this computation has no CUDA kernel yet. Move the tensor with to(Device.CPU)"
                : "no CUDA device can reach. Move the tensor with to(Device.cuda(0))"));
    }

    @Override
    public Tensor self() {
        return this;
    }

    // ---- gradients ----

    /** True when a gradient with respect to this tensor, or through it, is recorded. */
    public boolean requiresGrad() {
        return leaf || trace != null;
    }

    /**
     * Asks for gradients with respect to this tensor (a leaf), or stops asking. Returns this.
     *
     * @throws IllegalStateException    when the tensor is the result of a recorded operation, or no recorder is present
     * @throws IllegalArgumentException when the element type carries no gradient
     */
    public Tensor requiresGrad(boolean wanted) {
        if (trace != null) {
            throw new IllegalStateException("requiresGrad: this tensor is the result of a recorded operation; only leaves can be changed. Use detach() for a leaf");
        }
        if (wanted && !dtype.isFloating()) {
            throw new IllegalArgumentException("requiresGrad: " + dtype + " tensors have no gradients; convert to f32 or f64 first");
        }
        if (wanted && RecorderHolder.RECORDER == null) throw new IllegalStateException("no recorder");
        leaf = wanted;
        return this;
    }

    /** True for a tensor that requires a gradient and is not the result of a recorded operation. */
    public boolean isLeaf() {
        return leaf;
    }

    /** The accumulated gradient of a leaf, or null. It belongs to this tensor and is freed with it. */
    public Tensor grad() {
        return grad;
    }

    /** Replaces the accumulated gradient: the old one is freed, the new one now belongs to this tensor. Null drops it. */
    public void setGrad(Tensor gradient) {
        if (grad != null && grad != gradient) grad.close();
        grad = gradient == null ? null : Scope.release(gradient);
    }

    /** The same values as a new leaf-less view: gradients do not flow through it. */
    public Tensor detach() {
        checkOpen("detach");
        return withLayout(layout, dtype);
    }

    /** The place in the recorded graph, or null. For recorders. */
    public Recorder.Trace trace() {
        return trace;
    }

    /** Sets the place in the recorded graph. For recorders. */
    public void attachTrace(Recorder.Trace place) {
        place.retain();
        dropTrace();
        trace = place;
    }

    private void dropTrace() {
        if (trace == null) return;
        Recorder.Trace place = trace;
        trace = null;
        place.release();
    }

    /** How often the storage was changed in place. For recorders. */
    public int version() {
        return storage.version;
    }

    /** Counts a change in place: kernels that write into this tensor call it. */
    public void markChanged() {
        storage.version++;
    }

    /** Holds the memory for a graph, even when the holder closes the tensor. For recorders. */
    public void holdForGraph() {
        SAVES.incrementAndGet(this);
    }

    /** Ends {@link #holdForGraph()}. For recorders. */
    public void releaseFromGraph() {
        if (SAVES.decrementAndGet(this) == 0 && closed) free();
    }

    // ---- lifetime ----

    /** Frees the tensor. Closing twice does nothing. A graph that saved it can still go backward. */
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        dropTrace();
        if (saves == 0) free();
    }

    private void free() {
        if (freed) return;
        freed = true;
        if (grad != null) grad.close();
        grad = null;
        dropTrace();
        if (net != null) {
            net.run();
            watch.clean();
        } else {
            storage.block.release();
        }
    }

    /** True after {@link #close()} or the end of the owning scope. */
    public boolean isClosed() {
        return closed;
    }

    /** True while the memory is there: also for a closed tensor that a graph holds. */
    public boolean holdsMemory() {
        return !freed;
    }

    /** Throws when the tensor is closed; {@code operation} is named in the error. */
    public void checkOpen(String operation) {
        if (closed) throw closedError(operation);
    }

    void checkOpen(Operation operation) {
        if (closed) throw closedError(operation.name());
    }

    private IllegalStateException closedError(String operation) {
        IllegalStateException error = new IllegalStateException(operation + ": the " + dtype + " tensor " + shape()
                + " is closed; its scope ended or close() was called. Use Scope.keep to hand it outside");
        if (made != null) error.addSuppressed(made);
        return error;
    }

    // ---- reading ----

    /** The only element, as a double. @throws IllegalArgumentException when there is not exactly one */
    public double item() {
        return TensorReader.item(this);
    }

    /** The element at {@code index} (negative counts from the end) as a double. */
    public double get(long... index) {
        return TensorReader.get(this, index);
    }

    /** The element at {@code index} as a long. */
    public long getLong(long... index) {
        return TensorReader.getLong(this, index);
    }

    /** All elements, row-major, as doubles. */
    public double[] toDoubles() {
        return TensorReader.doubles(this);
    }

    /** All elements, row-major, as floats. */
    public float[] toFloats() {
        return TensorReader.floats(this);
    }

    /** All elements, row-major, as longs. */
    public long[] toLongs() {
        return TensorReader.longs(this);
    }

    /** Type, shape and values, shortened for large tensors. */
    @Override
    public String toString() {
        return closed ? "Tensor(" + dtype + " " + shape() + ", closed)" : TensorPrinter.print(this);
    }
}
