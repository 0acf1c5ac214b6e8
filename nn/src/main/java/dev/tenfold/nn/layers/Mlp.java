package dev.tenfold.nn.layers;

import dev.tenfold.nn.Module;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Scope;
import dev.tenfold.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Linear layers with ReLU between them; inputs of higher rank are flattened. */
public final class Mlp extends Module {
    private final List<Linear> layers = new ArrayList<>();

    /** {@code widths}: input, hidden ones, output. */
    public Mlp(Generator generator, int... widths) {
        if (widths.length < 2) throw new IllegalArgumentException("Mlp: needs at least an input and an output width");
        for (int i = 0; i + 1 < widths.length; i++) layers.add(child("fc" + (i + 1), new Linear(generator, widths[i], widths[i + 1])));
    }

    @Override
    public Tensor forward(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor h = x.rank() > 2 ? x.flattenFrom(1) : x;
            for (int i = 0; i < layers.size(); i++) {
                h = layers.get(i).forward(h);
                if (i + 1 < layers.size()) h = h.relu();
            }
            return scope.keep(h);
        }
    }
}
