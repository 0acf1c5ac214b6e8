package dev.tenfold.autograd;

import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Trades time for memory: the inner results of a function are not kept for backward but computed again there
 * (Chen, Xu, Zhang, Guestrin 2016, "Training deep nets with sublinear memory cost").
 *
 * <p>The function must give the same result both times: random numbers have to come from a generator whose position it sets.
 * Gradients reach the given inputs only; parameters that the function uses must be among them. First order only: where its
 * gradient is to be differentiated again, an error says so.
 */
public final class Checkpoint {
    private Checkpoint() {
    }

    /** {@code f(inputs)}, with f's inner results recomputed on the way back. */
    public static Tensor run(Function<List<Tensor>, Tensor> f, Tensor... inputs) {
        return Operation.apply(new Recomputed(f, Precision.current()), inputs);
    }

    /** Both times f runs in the precision that the call was made in. */
    private record Recomputed(Function<List<Tensor>, Tensor> f, Precision.Setting precision) implements Operation {
        @Override
        public String name() {
            return "checkpoint";
        }

        @Override
        public Tensor[] forward(Tensor[] inputs) {
            try (Scope scope = Scope.open(); Precision types = Precision.resume(precision)) {
                return new Tensor[] {scope.keep(f.apply(List.of(inputs)))};
            }
        }

        @Override
        public Tensor[] backward(Gradient gradient) {
            if (!NoGrad.active()) {
                throw new IllegalStateException("checkpoint: its gradient is of first order and cannot be recorded; call the function without checkpoint where a second derivative is wanted");
            }
            Tensor[] results = new Tensor[gradient.inputs()];
            try (NoGrad region = NoGrad.recording()) {
                List<Tensor> leaves = new ArrayList<>();
                List<Tensor> wanted = new ArrayList<>();
                for (int i = 0; i < results.length; i++) {
                    Tensor leaf = gradient.savedInput(i).detach();
                    leaves.add(leaf);
                    if (gradient.needs(i)) wanted.add(leaf.requiresGrad(true));
                }
                Tensor value;
                try (Precision types = Precision.resume(precision)) {
                    value = f.apply(leaves);
                }
                List<Tensor> found = Autograd.grad(List.of(value), List.of(gradient.output()), wanted,
                        Autograd.Options.DEFAULT.allowingUnused());
                int next = 0;
                for (int i = 0; i < results.length; i++) if (gradient.needs(i)) results[i] = found.get(next++);
            }
            return results;
        }
    }
}
