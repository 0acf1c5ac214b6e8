package dev.tenfold.jmh.gpu;

import dev.tenfold.jmh.Work;
import dev.tenfold.tensor.Convolutions;
import dev.tenfold.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;

/** Matrix products, convolutions and attention. */
final class Products {
    /** Backward takes the products of forward twice, and attention's computes the scores once more: 5 products for 2. */
    private static final double BACKWARD = 2;
    private static final double ATTENTION_BACKWARD = 2.5;

    private Products() {
    }

    static void addTo(Map<String, Workload> all) {
        all.put("gemm", new Workload("gemm", row -> Workload.arithmetic(row.size(0) * row.size(1), 2.0 * row.elements()), Products::gemm));
        all.put("gemm-batched", new Workload("batched gemm", row -> Workload.arithmetic(row.size(0) * row.size(1) * row.size(2), 2.0 * row.elements()), Products::batched));
        all.put("conv", new Workload("conv 3x3", row -> convolved(row, 1), row -> convolution(row, false)));
        all.put("conv-fwd-bwd", new Workload("conv 3x3 fwd + bwd", row -> convolved(row, 1 + BACKWARD), row -> convolution(row, true)));
        attention(all, "attention", "attention", false);
        attention(all, "attention-causal", "causal attention", true);
    }

    private static Call gemm(Row row) {
        Tensor a = Draws.uniform(row.dtype(), 1, row.size(0), row.size(2));
        Tensor b = Draws.uniform(row.dtype(), 2, row.size(2), row.size(1));
        return product(row, a, b);
    }

    private static Call batched(Row row) {
        Tensor a = Draws.uniform(row.dtype(), 1, row.size(0), row.size(1), row.size(3));
        Tensor b = Draws.uniform(row.dtype(), 2, row.size(0), row.size(3), row.size(2));
        return product(row, a, b);
    }

    private static Call product(Row row, Tensor a, Tensor b) {
        if (row.tf32()) throw new Missing("products cannot be asked for in TF32 yet");
        return Gradients.forward(in -> in[0].matmul(in[1]), a, b);
    }

    private static Work convolved(Row row, double passes) {
        return Workload.arithmetic((double) row.size(0) * row.size(4) * row.size(2) * row.size(3), passes * 2 * 9 * row.elements());
    }

    private static Call convolution(Row row, boolean back) {
        Tensor x = Draws.uniform(row.dtype(), 1, row.size(0), row.size(1), row.size(2), row.size(3));
        Tensor weight = Draws.uniform(row.dtype(), 2, 0.1, row.size(4), row.size(1), 3, 3);
        Function<Tensor[], Tensor> forward = in -> Convolutions.conv2d(in[0], in[1], null, 1, 1);
        if (!back) return Gradients.forward(forward, x, weight);
        return Gradients.backward(forward, Draws.uniform(row.dtype(), 3, row.size(0), row.size(4), row.size(2), row.size(3)), x, weight);
    }

    private static void attention(Map<String, Workload> all, String kind, String title, boolean causal) {
        all.put(kind, new Workload(title, row -> attended(row, causal, 1), row -> attention(row, causal, false)));
        all.put(kind + "-fwd-bwd", new Workload(title + " fwd + bwd", row -> attended(row, causal, 1 + ATTENTION_BACKWARD), row -> attention(row, causal, true)));
    }

    /** Two products of [tokens, tokens, width]; half of them where later tokens are hidden. */
    private static Work attended(Row row, boolean causal, double passes) {
        return Workload.arithmetic(row.elements(), (causal ? 0.5 : 1) * passes * 4 * row.elements() * row.size(2));
    }

    private static Call attention(Row row, boolean causal, boolean back) {
        Tensor queries = Draws.uniform(row.dtype(), 1, row.size());
        Tensor keys = Draws.uniform(row.dtype(), 2, row.size());
        Tensor values = Draws.uniform(row.dtype(), 3, row.size());
        Function<Tensor[], Tensor> forward = in -> in[0].attention(in[1], in[2], null, causal);
        if (!back) return Gradients.forward(forward, queries, keys, values);
        return Gradients.backward(forward, Draws.uniform(row.dtype(), 4, row.size()), queries, keys, values);
    }
}
