package dev.tenfold.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Frees every tensor created inside it that was not kept: {@code try (var scope = Scope.open()) { … }}.
 *
 * <p>A tensor belongs to the innermost scope that is open on its thread when it is made. {@link #keep} hands it to the
 * scope outside (or to the caller, when there is none), together with whatever its gradient graph still needs.
 */
public final class Scope implements AutoCloseable {
    private final ThreadState state;
    private final Scope parent;
    private List<Tensor> owned = new ArrayList<>();
    private int purgeAt = 1024;
    private Set<Tensor> kept;
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
            if (kept == null) kept = Collections.newSetFromMap(new IdentityHashMap<>());
            kept.add(tensor);
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
        if (kept != null) {
            for (Tensor tensor : List.copyOf(kept)) {
                if (tensor.trace() != null) tensor.trace().visitSaved(t -> {
                    if (t.owner == this) kept.add(t);
                });
            }
        }
        List<Tensor> mine = owned;
        owned = List.of();
        for (int i = 0, n = mine.size(); i < n; i++) {
            Tensor tensor = mine.get(i);
            if (tensor.owner != this) continue;
            tensor.owner = null;
            if (kept != null && kept.contains(tensor)) {
                if (parent != null) parent.own(tensor);
                else Ownership.watch(tensor);
            } else {
                tensor.free();
            }
        }
    }
}
