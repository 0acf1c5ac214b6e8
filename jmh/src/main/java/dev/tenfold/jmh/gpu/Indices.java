package dev.tenfold.jmh.gpu;

import dev.tenfold.nn.Parameter;
import dev.tenfold.nn.optim.Adam;
import dev.tenfold.nn.optim.ParameterGroup;
import dev.tenfold.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Indexing, sorting, and the step of an optimiser. */
final class Indices {
    private static final int INDEX_BYTES = 8;

    private Indices() {
    }

    static void addTo(Map<String, Workload> all) {
        // a row read and one written for each index; backward reads the gradient and writes the table's
        all.put("embedding", new Workload("embedding", row -> Workload.streamed(vectors(row), 8 * vectors(row)), row -> embedding(row, false)));
        all.put("embedding-fwd-bwd", new Workload("embedding fwd + bwd",
                row -> Workload.streamed(vectors(row), 12 * vectors(row) + 4.0 * row.size(0) * row.size(1)), row -> embedding(row, true)));
        all.put("gather", Workload.streaming("gather", 8 + INDEX_BYTES, row -> indexed(row, in -> in[0].gather(1, in[1]))));
        all.put("scatter-add", Workload.streaming("scatter-add", 8 + INDEX_BYTES, row -> indexed(row, in -> in[0].scatterAdd(1, in[1], row.size(1)))));
        all.put("sort", Workload.streaming("sort", 8 + INDEX_BYTES, row -> Draws.inTurn(row.dtype(), 1, row.size(), in -> in[0].sort(0, false))));
        all.put("sort-of-rows", Workload.streaming("sort of rows", 8 + INDEX_BYTES, row -> Draws.inTurn(row.dtype(), 1, row.size(), in -> in[0].sort(1, false))));
        all.put("topk-of-rows", new Workload("top-k of rows", row -> Workload.streamed(row.size(0) * row.size(1), 4.0 * row.size(0) * row.size(1)),
                row -> Draws.inTurn(row.dtype(), 1, new long[] {row.size(0), row.size(1)}, in -> in[0].topK(row.size(2), 1, true))));
        // w, m and v read and written, g read
        all.put("adam-step", Workload.streaming("Adam step", 28, Indices::adam));
    }

    private static double vectors(Row row) {
        return (double) row.size(1) * row.size(2);
    }

    private static Call embedding(Row row, boolean back) {
        Tensor table = Draws.uniform(row.dtype(), 1, row.size(0), row.size(1));
        Tensor indices = Draws.integers(2, row.size(0), row.size(2));
        if (!back) return Gradients.forward(in -> in[0].indexSelect(0, indices), table);
        return Gradients.backward(in -> in[0].indexSelect(0, indices), Draws.uniform(row.dtype(), 3, row.size(2), row.size(1)), table);
    }

    private static Call indexed(Row row, Function<Tensor[], Tensor> operation) {
        return Gradients.forward(operation, Draws.uniform(row.dtype(), 1, row.size()), Draws.integers(2, row.size(1), row.size()));
    }

    private static Call adam(Row row) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        Tensor[] gradients = new Tensor[row.edge(0)];
        for (int k = 0; k < gradients.length; k++) {
            parameters.put("w" + k, new Parameter(Draws.uniform(row.dtype(), k + 1, row.size(1))));
            gradients[k] = Draws.uniform(row.dtype(), k + 1000, row.size(1));
        }
        Adam adam = new Adam(List.of(ParameterGroup.of(parameters)), 1e-3, Adam.Settings.USUAL);
        return Call.of(() -> {
            int k = 0;
            for (Parameter p : parameters.values()) p.value().setGrad(gradients[k++].alias());
            adam.step();
        }).closing(() -> {
            adam.close();
            parameters.values().forEach(Parameter::close);
        });
    }
}
