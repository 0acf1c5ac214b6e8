package dev.tenfold.nn.models;

import dev.tenfold.nn.Module;
import dev.tenfold.nn.layers.Sequential;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a network that is a stem, some stages and a head, one after another, for methods that read the features between them or
 * train them apart. They are modules on the network's own parameters, so that only the network is closed.
 *
 * @param stem   from images to the first features
 * @param stages each a list of blocks
 * @param head   from the last features to the outputs
 */
public record NetworkParts(Module stem, List<Sequential> stages, Module head) {
    public NetworkParts {
        stages = List.copyOf(stages);
    }

    /** The features of x after the stem and after each stage. */
    public List<Tensor> features(Tensor x) {
        List<Tensor> features = new ArrayList<>();
        Tensor h = stem.forward(x);
        features.add(h);
        for (Module stage : stages) {
            h = stage.forward(h);
            features.add(h);
        }
        return features;
    }

    /** The network's outputs for x. */
    public Tensor outputs(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor h = stem.forward(x);
            for (Module stage : stages) h = stage.forward(h);
            return scope.keep(head.forward(h));
        }
    }
}
