package dev.tenfold.jmh.gpu;

import dev.tenfold.nn.Losses;
import dev.tenfold.tensor.Normalisations;
import dev.tenfold.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;

/** Softmax, cross-entropy and normalisations. Backward reads x and g and writes the gradient of x: with forward, four arrays. */
final class Norms {
    private static final int GROUPS = 8;
    private static final double EPS = 1e-5;

    private Norms() {
    }

    static void addTo(Map<String, Workload> all) {
        all.put("softmax", streaming("softmax", 2, row -> Draws.inTurn(row.dtype(), 1, row.size(), in -> in[0].softmax(-1))));
        all.put("softmax-fwd-bwd", streaming("softmax fwd + bwd", 4, Norms::softmaxAndBack));
        all.put("crossentropy-fwd-bwd", streaming("cross-entropy fwd + bwd", 2, Norms::crossEntropy));
        all.put("layernorm", streaming("layer norm", 2, Norms::layerNorm));
        all.put("layernorm-fwd-bwd", streaming("layer norm fwd + bwd", 4, row -> norm(row, in -> Normalisations.layerNorm(in[0], in[1], in[2], EPS))));
        all.put("batchnorm-fwd-bwd", streaming("batch norm fwd + bwd", 4, row -> norm(row, in -> Normalisations.batchNorm(in[0], in[1], in[2], EPS).y())));
        all.put("groupnorm-fwd-bwd", streaming("group norm fwd + bwd", 4, row -> norm(row, in -> Normalisations.groupNorm(in[0], GROUPS, in[1], in[2], EPS))));
    }

    private static Workload streaming(String title, int arrays, Function<Row, Call> open) {
        return new Workload(title, row -> Workload.streamed(row.elements(), (double) arrays * row.dtype().bytes() * row.elements()), open);
    }

    private static Call softmaxAndBack(Row row) {
        return Gradients.backward(in -> in[0].softmax(-1), Draws.uniform(row.dtype(), 2, row.size()), Draws.uniform(row.dtype(), 1, row.size()));
    }

    private static Call crossEntropy(Row row) {
        Tensor labels = Draws.integers(2, row.size(1), row.size(0));
        return Gradients.backward(in -> Losses.crossEntropy(in[0], labels), null, Draws.uniform(row.dtype(), 1, row.size()));
    }

    private static Call layerNorm(Row row) {
        Tensor weight = Draws.uniform(row.dtype(), 3, row.size(1));
        Tensor bias = Draws.uniform(row.dtype(), 4, row.size(1));
        return Draws.inTurn(row.dtype(), 1, row.size(), in -> Normalisations.layerNorm(in[0], weight, bias, EPS));
    }

    /** Weight and bias go along axis 1. */
    private static Call norm(Row row, Function<Tensor[], Tensor> forward) {
        return Gradients.backward(forward, Draws.uniform(row.dtype(), 2, row.size()), Draws.uniform(row.dtype(), 1, row.size()),
                Draws.uniform(row.dtype(), 3, row.size(1)), Draws.uniform(row.dtype(), 4, row.size(1)));
    }
}
