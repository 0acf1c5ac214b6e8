package dev.tenfold.nn.layers;

import dev.tenfold.autograd.Checkpoint;
import dev.tenfold.nn.Module;
import dev.tenfold.nn.Parameter;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import java.util.List;

/**
 * A module whose inner results are not kept for backward but computed again there (Chen, Xu, Zhang, Guestrin 2016, "Training deep nets
 * with sublinear memory cost"): less memory for a second forward. Masks of dropout are the same both times; running statistics
 * of batch normalisation move twice. First derivatives only.
 */
public final class Checkpointed extends Module {
    private final Module inner;

    public Checkpointed(Module inner) {
        this.inner = child("inner", inner);
    }

    @Override
    public Tensor forward(Tensor x) {
        List<Tensor> learned = inner.parameters().stream().filter(p -> !p.isFrozen()).map(Parameter::value).toList();
        List<Generator> streams = List.copyOf(inner.namedGenerators().values());
        return Checkpoint.run(in -> inner.forward(in.getFirst()), learned, streams, x);
    }
}
