package dev.tenfold.autograd;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;

/** One recorded operation: where its inputs came from, and the tensors that its backward needs. */
final class Node {
    private static final AtomicLong COUNTER = new AtomicLong();

    private final Operation operation;
    private final long order;
    private final Thread thread = Thread.currentThread();
    private final Place[] sources;
    private final Tensor[] leaves;
    private final Shape[] inputShapes;
    private final DType[] inputTypes;
    private final Shape[] outputShapes;
    private final DType[] outputTypes;
    private Tensor[] saved;
    private int[] versions;
    // Open tensors at this node's places and nodes that it is a source of.
    private volatile int users;
    private static final AtomicIntegerFieldUpdater<Node> USERS = AtomicIntegerFieldUpdater.newUpdater(Node.class, "users");

    Node(Operation operation, Tensor[] inputs, Tensor[] outputs) {
        int n = inputs.length;
        int m = outputs.length;
        this.operation = operation;
        this.order = COUNTER.incrementAndGet();
        sources = new Place[n];
        leaves = new Tensor[n];
        inputShapes = new Shape[n];
        inputTypes = new DType[n];
        outputShapes = new Shape[m];
        outputTypes = new DType[m];
        saved = new Tensor[n + m];
        versions = new int[n + m];
        long in = operation.savedInputs();
        long out = operation.savedOutputs();
        for (int i = 0; i < n; i++) {
            Tensor input = inputs[i];
            sources[i] = (Place) input.trace();
            if (sources[i] != null) sources[i].retain();
            if (input.isLeaf()) leaves[i] = input;
            inputShapes[i] = input.shape();
            inputTypes[i] = input.dtype();
            if ((in >>> i & 1) != 0) save(i, input);
        }
        for (int i = 0; i < m; i++) {
            outputShapes[i] = outputs[i].shape();
            outputTypes[i] = outputs[i].dtype();
            if ((out >>> i & 1) != 0) save(n + i, outputs[i]);
        }
    }

    private void save(int slot, Tensor tensor) {
        saved[slot] = tensor;
        versions[slot] = tensor.version();
        tensor.holdForGraph();
    }

    Operation operation() {
        return operation;
    }

    /** Nodes are numbered as they are recorded, so a node's sources have smaller numbers. */
    long order() {
        return order;
    }

    Thread thread() {
        return thread;
    }

    int inputs() {
        return sources.length;
    }

    int outputs() {
        return outputShapes.length;
    }

    /** Where input {@code i} was computed, or null. */
    Place source(int i) {
        return sources[i];
    }

    /** Input {@code i} when it is a leaf that wants a gradient, or null. */
    Tensor leaf(int i) {
        return leaves[i];
    }

    Shape inputShape(int i) {
        return inputShapes[i];
    }

    DType inputType(int i) {
        return inputTypes[i];
    }

    Shape outputShape(int i) {
        return outputShapes[i];
    }

    DType outputType(int i) {
        return outputTypes[i];
    }

    void retain() {
        USERS.incrementAndGet(this);
    }

    /** One user less. Nobody can go backward through a node without users: it lets go of what it saved and of its sources. */
    void drop() {
        if (USERS.decrementAndGet(this) > 0) return;
        ArrayDeque<Node> unused = new ArrayDeque<>();
        unused.add(this);
        for (Node node; (node = unused.poll()) != null; ) {
            node.release();
            for (Place source : node.sources) {
                if (source != null && USERS.decrementAndGet(source.node()) == 0) unused.add(source.node());
            }
        }
    }

    /** Lets go of the saved tensors: the graph cannot go backward again. */
    void release() {
        if (saved == null) return;
        for (Tensor tensor : saved) if (tensor != null) tensor.releaseFromGraph();
        saved = null;
    }

    /** A handle on saved tensor {@code slot} (inputs first, then outputs), with its place in the graph. */
    Tensor saved(int slot) {
        String what = slot < inputs() ? "input " + slot : "output " + (slot - inputs());
        if (saved == null) {
            throw new IllegalStateException("backward through " + operation.name()
                    + ": this graph was already used and freed; ask for retainGraph to go backward twice");
        }
        Tensor tensor = saved[slot];
        if (tensor == null) {
            throw new IllegalStateException(operation.name() + ".backward asks for " + what
                    + ", but savedInputs()/savedOutputs() do not name it");
        }
        if (tensor.version() != versions[slot]) {
            throw new IllegalStateException("backward through " + operation.name() + ": " + what + " " + tensor.shape()
                    + " was changed in place after it was saved (version " + versions[slot] + ", now " + tensor.version()
                    + "); copy() it before changing it");
        }
        if (!tensor.isClosed()) return tensor;
        Tensor handle = tensor.withLayout(tensor.layout());
        if (slot >= inputs()) handle.attachTrace(new Place(this, slot - inputs()));
        else if (sources[slot] != null) handle.attachTrace(sources[slot]);
        return handle;
    }
}
