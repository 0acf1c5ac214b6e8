package dev.tenfold.jmh.gpu;

import dev.tenfold.autograd.Autograd;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.function.Function;

/** Calls that go forward and back. */
final class Gradients {
    private Gradients() {
    }

    /** {@code forward} of {@code inputs} and the gradients of them all, with {@code gradient} coming in; null for that of a scalar. */
    static Call backward(Function<Tensor[], Tensor> forward, Tensor gradient, Tensor... inputs) {
        return Call.of(() -> {
            try (Scope scope = Scope.open()) {
                Tensor[] leaves = new Tensor[inputs.length];
                for (int i = 0; i < leaves.length; i++) leaves[i] = inputs[i].detach().requiresGrad(true);
                Tensor y = forward.apply(leaves);
                if (gradient == null) Autograd.backward(y);
                else Autograd.backward(y, gradient, false);
                for (Tensor leaf : leaves) if (leaf.grad() == null) throw new IllegalStateException("the gradient of " + leaf.shape() + " is missing");
            }
        });
    }

    /** {@code forward} of {@code inputs} alone. */
    static Call forward(Function<Tensor[], Tensor> forward, Tensor... inputs) {
        return Call.of(() -> {
            try (Scope scope = Scope.open()) {
                forward.apply(inputs);
            }
        });
    }
}
