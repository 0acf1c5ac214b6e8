package dev.tenfold.autograd;

import dev.tenfold.tensor.Recorder;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;

/** Output {@code index} of {@code node}. */
record Place(Node node, int index) implements Recorder.Trace {
    @Override
    public void retain() {
        node.retain();
    }

    @Override
    public void release() {
        node.drop();
    }

    @Override
    public void visitLeaves(Consumer<Tensor> visitor) {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        ArrayDeque<Node> waiting = new ArrayDeque<>();
        waiting.add(node);
        while (!waiting.isEmpty()) {
            Node next = waiting.poll();
            if (!seen.add(next)) continue;
            for (int i = 0; i < next.inputs(); i++) {
                if (next.source(i) != null) waiting.add(next.source(i).node());
                if (next.leaf(i) != null) visitor.accept(next.leaf(i));
            }
        }
    }
}
