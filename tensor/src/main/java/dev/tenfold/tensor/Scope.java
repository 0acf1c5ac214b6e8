package dev.tenfold.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Frees every tensor created inside it that was not kept: {@code try (var scope = Scope.open()) { … }}.
 *
 * <p>A tensor belongs to the innermost scope that is open on its thread when it is made. {@link #keep} hands it to the
 * scope outside (or to the caller, when there is none), with the leaves that its gradients go to. What its gradient graph
 * saved is closed with the scope, but keeps its memory until the graph is used or nobody can use it any more: a scope around a
 * part of a network therefore frees early what no backward pass needs.
 */
public final class Scope implements AutoCloseable {
    private final ThreadState state;
    private final Scope parent;
    private List<Tensor> owned = new ArrayList<>();
    private int purgeAt = 1024;
    private boolean keeps;
    private boolean open = true;

    private Scope(ThreadState state) {
        this.state = state;
        this.parent = state.scope;
        state.scope = this;
    }

    /** Opens a scope on the current thread. */
    public static Scope open() {
        return new Scope(ThreadState.get());
    }

    /** Keeps {@code tensor} alive when this scope closes: it then belongs to the scope outside. Returns it. */
    public Tensor keep(Tensor tensor) {
        if (!open) throw new IllegalStateException("Scope.keep: the scope is closed");
        if (tensor.owner == this) {
            tensor.kept = true;
            keeps = true;
        }
        return tensor;
    }

    /** Takes {@code tensor} out of its scope for good: its holder closes it (or the garbage collector does in the end). Returns it. */
    public static Tensor release(Tensor tensor) {
        if (tensor.owner != null) {
            tensor.owner = null;
            Ownership.watch(tensor);
        }
        return tensor;
    }

    /** Moves {@code tensor} from its scope to the one outside of that, as {@link #keep} does at the end. Returns it. */
    public static Tensor lift(Tensor tensor) {
        Scope from = tensor.owner;
        if (from != null) {
            tensor.owner = null;
            handTo(from.parent, tensor);
        }
        return tensor;
    }

    void own(Tensor tensor) {
        if (owned.size() >= purgeAt) {
            owned.removeIf(t -> t.owner != this || !t.holdsMemory());
            purgeAt = Math.max(1024, owned.size() * 2);
        }
        tensor.owner = this;
        owned.add(tensor);
    }

    /** How many tensors this scope would free now. */
    public int size() {
        int live = 0;
        for (Tensor t : owned) if (t.owner == this && t.holdsMemory()) live++;
        return live;
    }

    /**
     * Frees what was not kept.
     *
     * @throws IllegalStateException when a scope opened inside is still open, or another thread closes it
     */
    @Override
    public void close() {
        if (!open) return;
        if (ThreadState.get() != state) throw new IllegalStateException("Scope.close: a scope is closed by the thread that opened it");
        if (state.scope != this) throw new IllegalStateException("Scope.close: a scope opened later is still open; close scopes in reverse order");
        open = false;
        state.scope = parent;
        if (keeps) keepLeaves();
        List<Tensor> mine = owned;
        owned = List.of();
        List<Tensor> held = new ArrayList<>(0);
        for (int i = 0, n = mine.size(); i < n; i++) {
            Tensor tensor = mine.get(i);
            if (tensor.owner != this) continue;
            tensor.owner = null;
            if (tensor.kept) {
                handTo(parent, tensor);
            } else {
                tensor.close();
                if (tensor.holdsMemory()) held.add(tensor);
            }
        }
        // Graphs of which nothing was kept have let go by now; the net is for one that is lost without having been used.
        for (Tensor tensor : held) if (tensor.holdsMemory()) Ownership.watch(tensor);
    }

    private void keepLeaves() {
        boolean leaves = false;
        for (Tensor t : owned) leaves |= t.owner == this && t.isLeaf() && !t.kept;
        if (!leaves) return;
        for (Tensor tensor : owned) {
            if (tensor.owner == this && tensor.kept && tensor.trace() != null) {
                tensor.trace().visitLeaves(leaf -> leaf.kept |= leaf.owner == this);
            }
        }
    }

    private static void handTo(Scope scope, Tensor tensor) {
        tensor.kept = false;
        if (scope != null) scope.own(tensor);
        else Ownership.watch(tensor);
    }
}
