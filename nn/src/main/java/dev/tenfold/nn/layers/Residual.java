package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;

/** {@code branch(x) + shortcut(x)} (He, Zhang, Ren, Sun 2016); the shortcut is x itself where none is given. */
public final class Residual extends Module {
    private final Module branch;
    private final Module shortcut;

    public Residual(Module branch) {
        this(branch, null);
    }

    /** With a shortcut, or null for the identity. */
    public Residual(Module branch, Module shortcut) {
        this.branch = child("branch", branch);
        this.shortcut = shortcut == null ? null : child("shortcut", shortcut);
    }

    @Override
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor y = branch.forward(x);
            Tensor way = shortcut == null ? x : shortcut.forward(x);
            if (!y.shape().equals(way.shape())) {
                throw new IllegalArgumentException("Residual: the branch gives " + y.shape() + ", the shortcut " + way.shape() + "; they must be equal");
            }
            return scope.keep(y.add(way));
        }
    }
}
