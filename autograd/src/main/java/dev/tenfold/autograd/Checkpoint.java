package dev.tenfold.autograd;

import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Gradient;
import dev.tenfold.tensor.NoGrad;
import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.Precision;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Trades time for memory: the inner results of a function are not kept for backward but computed again there
 * (Chen, Xu, Zhang, Guestrin 2016, "Training deep nets with sublinear memory cost").
 *
 * <p>The function must give the same result both times, so the generators that it draws from have to be named. Gradients reach
 * the inputs and the leaves that are named, nothing else that the function uses. First order only: where its gradient is to be
 * differentiated again, an error says so.
 */
public final class Checkpoint {
    private Checkpoint() {
    }

    /** {@code f(inputs)}, with f's inner results recomputed on the way back; f draws nothing at random and uses no other leaves. */
    public static Tensor run(Function<List<Tensor>, Tensor> f, Tensor... inputs) {
        return run(f, List.of(), List.of(), inputs);
    }

    /**
     * {@code f(inputs)}, with f's inner results recomputed on the way back.
     *
     * @param leaves  what f uses beside its inputs and shall get a gradient, such as the parameters of a module
     * @param streams what f draws from: each is set back for the second time, and then to where it was
     * @throws IllegalArgumentException when one of {@code leaves} was computed from others
     */
    public static Tensor run(Function<List<Tensor>, Tensor> f, List<Tensor> leaves, List<Generator> streams, Tensor... inputs) {
        Tensor[] all = Arrays.copyOf(inputs, inputs.length + leaves.size());
        for (int i = 0; i < leaves.size(); i++) {
            Tensor leaf = leaves.get(i);
            if (leaf.trace() != null) throw new IllegalArgumentException("checkpoint: leaf " + i + " " + leaf.shape() + " was computed from others; pass it as an input");
            all[inputs.length + i] = leaf;
        }
        List<Generator.State> start = streams.stream().map(Generator::state).toList();
        return Operation.apply(new Recomputed(f, inputs.length, streams, start, Precision.current()), all);
    }

    /** Both times f runs in the precision that the call was made in. */
    private record Recomputed(Function<List<Tensor>, Tensor> f, int inputs, List<Generator> streams, List<Generator.State> start,
                              Precision.Setting precision) implements Operation {
        @Override
        public String name() {
            return "checkpoint";
        }

        @Override
        public boolean runsOn(Device.Kind kind) {
            return true;
        }

        @Override
        public Tensor[] forward(Tensor[] tensors) {
            try (Scope scope = Scope.open(); Precision types = Precision.resume(precision)) {
                return new Tensor[] {scope.keep(f.apply(List.of(tensors).subList(0, inputs)))};
            }
        }

        @Override
        public Tensor[] backward(Gradient gradient) {
            if (!NoGrad.active()) {
                throw new IllegalStateException("checkpoint: its gradient is of first order and cannot be recorded; call the function without checkpoint where a second derivative is wanted");
            }
            Tensor[] results = new Tensor[gradient.inputs()];
            try (NoGrad region = NoGrad.recording()) {
                List<Tensor> again = new ArrayList<>();
                List<Tensor> wanted = new ArrayList<>();
                for (int i = 0; i < results.length; i++) {
                    Tensor tensor = gradient.savedInput(i);
                    if (i < inputs) {
                        tensor = tensor.detach();
                        again.add(tensor);
                    }
                    if (gradient.needs(i)) wanted.add(i < inputs ? tensor.requiresGrad(true) : tensor);
                }
                List<Tensor> found = Autograd.grad(List.of(recomputed(again)), List.of(gradient.output()), wanted,
                        Autograd.Options.DEFAULT.allowingUnused());
                int next = 0;
                for (int i = 0; i < results.length; i++) if (gradient.needs(i)) results[i] = found.get(next++);
            }
            return results;
        }

        private Tensor recomputed(List<Tensor> again) {
            List<Generator.State> now = streams.stream().map(Generator::state).toList();
            for (int i = 0; i < start.size(); i++) streams.get(i).restore(start.get(i));
            try (Precision types = Precision.resume(precision)) {
                return f.apply(again);
            } finally {
                for (int i = 0; i < now.size(); i++) streams.get(i).restore(now.get(i));
            }
        }
    }
}
