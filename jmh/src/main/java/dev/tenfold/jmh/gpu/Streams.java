package dev.tenfold.jmh.gpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.tensor.Fused;
import dev.tenfold.tensor.Tensor;
import java.util.Map;
import java.util.function.Consumer;

/** Element-wise operations and reductions. */
final class Streams {
    /** {@code (relu((a b + c) / 2) - a)^2}, as on the CPU. */
    private static final Fused SIX = Fused.of(3, v -> v[0].mul(v[1]).add(v[2]).mul(0.5).relu().sub(v[0]).square());

    private Streams() {
    }

    static void addTo(Map<String, Workload> all) {
        all.put("copy", flat("copy", 1, 8, in -> in[0].copy()));
        all.put("add", flat("add", 2, 12, in -> in[0].add(in[1])));
        all.put("exp", flat("exp", 1, 8, in -> in[0].exp()));
        all.put("chain", flat("chain of 6 operations", 3, 16, SIX::apply));
        all.put("cast-to-bf16", flat("cast f32 to bf16", 1, 6, in -> in[0].to(DType.BF16)));
        all.put("sum-of-rows", flat("sum of rows", 1, 4, in -> in[0].sum(1)));
        all.put("sum-of-columns", flat("sum of columns", 1, 4, in -> in[0].sum(0)));
        all.put("sum", flat("sum", 1, 4, in -> in[0].sum()));
        all.put("max-of-rows", flat("max of rows", 1, 4, in -> in[0].max(1)));
        all.put("max-of-columns", flat("max of columns", 1, 4, in -> in[0].max(0)));
        all.put("max", flat("max", 1, 4, in -> in[0].max()));
    }

    private static Workload flat(String title, int inputs, double bytes, Consumer<Tensor[]> operation) {
        return Workload.streaming(title, bytes, row -> Draws.inTurn(row.dtype(), inputs, row.size(), operation));
    }
}
