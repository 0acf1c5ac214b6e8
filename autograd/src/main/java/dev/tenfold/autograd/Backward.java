package dev.tenfold.autograd;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** One walk backward: from seeds, in the reverse order of recording, to the tensors that are asked for. */
final class Backward {
    /** Where the gradients of a walk end: leaves, and inner places that were asked for. */
    private final Map<Object, Integer> targets = new IdentityHashMap<>();
    private final Map<Node, boolean[]> targetPlaces = new IdentityHashMap<>();
    private final Device home = Device.current();
    private final boolean createGraph;
    private final boolean retainGraph;
    private final boolean allLeaves;
    private final Map<Node, Tensor[]> pending = new IdentityHashMap<>();
    private final PriorityQueue<Node> queue = new PriorityQueue<>(Comparator.comparingLong(Node::order).reversed());
    private final Map<Tensor, Tensor> leafGradients = new IdentityHashMap<>();
    private final Map<Node, Tensor[]> placeGradients = new IdentityHashMap<>();
    private Set<Node> useful;

    /** {@code wanted} null: every leaf. */
    Backward(List<Tensor> wanted, boolean createGraph, boolean retainGraph) {
        this.createGraph = createGraph;
        this.retainGraph = retainGraph;
        this.allLeaves = wanted == null;
        if (wanted == null) return;
        for (Tensor tensor : wanted) {
            if (tensor.trace() instanceof Place place) {
                targetPlaces.computeIfAbsent(place.node(), n -> new boolean[n.outputs()])[place.index()] = true;
            } else {
                targets.put(tensor, targets.size());
            }
        }
    }

    /** Starts from {@code gradient}, the gradient with respect to {@code output}. */
    void seed(Tensor output, Tensor gradient) {
        if (!output.requiresGrad()) {
            throw new IllegalStateException("backward: no gradient path: the tensor " + output.shape()
                    + " was not computed from anything that requires a gradient"
                    + (NoGrad.active() ? " (recording is off inside NoGrad)" : "; call requiresGrad(true) on the inputs first"));
        }
        if (!gradient.shape().equals(output.shape())) {
            throw new IllegalArgumentException("backward: the gradient " + gradient.shape() + " does not have the output's shape " + output.shape());
        }
        // Handles are closed as they are used, except where they are part of the new graph.
        Tensor own = gradient.dtype() != output.dtype() ? gradient.to(output.dtype()) : createGraph ? gradient : gradient.alias();
        if (output.trace() instanceof Place place) {
            if (place.node().thread() != Thread.currentThread()) {
                throw new IllegalStateException("backward: the graph belongs to thread " + place.node().thread().getName()
                        + ", which recorded it; go backward there");
            }
            arrive(place, own);
        } else {
            arriveAtLeaf(output, own);
        }
    }

    /** Walks until nothing is left. */
    void run() {
        if (!allLeaves) useful = usefulNodes();
        try (NoGrad region = createGraph ? NoGrad.recording() : NoGrad.open(); Precision types = Precision.asRecorded()) {
            Node node;
            while ((node = queue.poll()) != null) {
                Tensor[] incoming = pending.get(node);
                keepWanted(node, incoming);
                if (useful == null || useful.contains(node)) visit(node, incoming);
                pending.remove(node);
                if (!createGraph) closeAll(incoming);
                // At once, not after the walk: what one operation saved makes room for the gradients of those before it.
                if (!retainGraph) node.release();
            }
        } catch (RuntimeException | Error failure) {
            abandon();
            throw failure;
        }
    }

    private void visit(Node node, Tensor[] incoming) {
        if (createGraph) {
            distribute(node, step(node, incoming));
            return;
        }
        try (Scope scope = Scope.open()) {
            distribute(node, step(node, incoming));
        }
    }

    /** Where the gradients that arrived are. */
    private static Device device(Tensor[] incoming) {
        for (Tensor tensor : incoming) if (tensor != null) return tensor.device();
        return Device.current();
    }

    /** Frees every handle of a walk that failed. */
    private void abandon() {
        if (createGraph) return;
        pending.values().forEach(Backward::closeAll);
        placeGradients.values().forEach(Backward::closeAll);
        leafGradients.values().forEach(Tensor::close);
    }

    private static void closeAll(Tensor[] tensors) {
        for (Tensor tensor : tensors) if (tensor != null) tensor.close();
    }

    private void keepWanted(Node node, Tensor[] incoming) {
        boolean[] wanted = targetPlaces.get(node);
        if (wanted == null) return;
        Tensor[] kept = new Tensor[incoming.length];
        for (int i = 0; i < kept.length; i++) if (wanted[i] && incoming[i] != null) kept[i] = createGraph ? incoming[i] : incoming[i].alias();
        placeGradients.put(node, kept);
    }

    private Tensor[] step(Node node, Tensor[] incoming) {
        Tensor[] results = onTheirDevice(node, incoming);
        if (results.length != node.inputs()) {
            throw new IllegalStateException(node.operation().name() + ".backward returned " + results.length
                    + " gradients for " + node.inputs() + " inputs");
        }
        return results;
    }

    /** What backward makes without inputs is made where the gradients are. */
    private Tensor[] onTheirDevice(Node node, Tensor[] incoming) {
        Device device = device(incoming);
        if (device == home) return node.operation().backward(new Step(node, incoming));
        try (Device.Use there = device.use()) {
            return node.operation().backward(new Step(node, incoming));
        }
    }

    private void distribute(Node node, Tensor[] results) {
        for (int i = 0; i < results.length; i++) {
            Tensor result = results[i];
            if (result == null || !needs(node, i)) continue;
            if (!result.shape().equals(node.inputShape(i))) {
                throw new IllegalStateException(node.operation().name() + ".backward: the gradient of input " + i + " has shape "
                        + result.shape() + ", the input " + node.inputShape(i));
            }
            // Every place owns a handle of its own, since handles are closed as soon as they are used.
            Tensor own = createGraph ? result : Scope.lift(result.alias());
            if (node.source(i) != null) arrive(node.source(i), own);
            else arriveAtLeaf(node.leaf(i), own);
        }
    }

    private boolean needs(Node node, int i) {
        Tensor leaf = node.leaf(i);
        if (leaf != null) return allLeaves || targets.containsKey(leaf);
        Place source = node.source(i);
        return source != null && (useful == null || useful.contains(source.node()) || targetPlaces.containsKey(source.node()));
    }

    private void arrive(Place place, Tensor gradient) {
        Tensor[] slots = pending.get(place.node());
        if (slots == null) {
            pending.put(place.node(), slots = new Tensor[place.node().outputs()]);
            queue.add(place.node());
        }
        slots[place.index()] = sum(slots[place.index()], gradient);
    }

    private void arriveAtLeaf(Tensor leaf, Tensor gradient) {
        leafGradients.put(leaf, sum(leafGradients.get(leaf), gradient));
    }

    private Tensor sum(Tensor before, Tensor more) {
        if (before == null) return more;
        Tensor total = before.add(more);
        if (createGraph) return total;
        before.close();
        more.close();
        return Scope.lift(total);
    }

    /** The gradient that arrived at {@code tensor}, or null. Whoever takes it owns it. */
    Tensor gradientOf(Tensor tensor) {
        if (tensor.trace() instanceof Place place) {
            Tensor[] slots = placeGradients.get(place.node());
            return slots == null ? null : slots[place.index()];
        }
        return leafGradients.get(tensor);
    }

    /** The leaves that a gradient arrived at. */
    Map<Tensor, Tensor> leafGradients() {
        return leafGradients;
    }

    /** The nodes from which a target can be reached: the others need no backward. */
    private Set<Node> usefulNodes() {
        Set<Node> found = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<Node, Boolean> known = new IdentityHashMap<>();
        List<Node> order = new ArrayList<>();
        List<Node> stack = new ArrayList<>(pending.keySet());
        while (!stack.isEmpty()) {
            Node node = stack.removeLast();
            if (known.putIfAbsent(node, Boolean.FALSE) != null) continue;
            order.add(node);
            for (int i = 0; i < node.inputs(); i++) if (node.source(i) != null) stack.add(node.source(i).node());
        }
        order.sort(Comparator.comparingLong(Node::order));
        for (Node node : order) {
            for (int i = 0; i < node.inputs(); i++) {
                Place source = node.source(i);
                boolean reaches = source != null
                        ? found.contains(source.node()) || isTarget(source)
                        : node.leaf(i) != null && targets.containsKey(node.leaf(i));
                if (reaches) {
                    found.add(node);
                    break;
                }
            }
        }
        return found;
    }

    private boolean isTarget(Place place) {
        boolean[] wanted = targetPlaces.get(place.node());
        return wanted != null && wanted[place.index()];
    }

    /** What one operation's backward sees. */
    private final class Step implements Gradient {
        private final Node node;
        private final Tensor[] incoming;

        Step(Node node, Tensor[] incoming) {
            this.node = node;
            this.incoming = incoming;
        }

        @Override
        public Tensor output(int i) {
            if (incoming[i] == null) incoming[i] = Tensors.full(node.outputType(i), node.outputShape(i), 0);
            return incoming[i];
        }

        @Override
        public Tensor savedInput(int i) {
            return node.saved(i);
        }

        @Override
        public Tensor savedOutput(int i) {
            return node.saved(node.inputs() + i);
        }

        @Override
        public boolean needs(int i) {
            return Backward.this.needs(node, i);
        }

        @Override
        public int inputs() {
            return node.inputs();
        }

        @Override
        public Shape inputShape(int i) {
            return node.inputShape(i);
        }

        @Override
        public DType inputType(int i) {
            return node.inputType(i);
        }
    }
}
