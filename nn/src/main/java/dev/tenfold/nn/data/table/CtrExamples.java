package dev.tenfold.nn.data.table;

import dev.tenfold.nn.data.Choice;
import dev.tenfold.nn.data.Examples;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;

/** Batches of the rows of a {@link CtrTable}. */
public final class CtrExamples implements Examples<CtrBatch> {
    private final CtrTable table;

    /** The rows of {@code table}. */
    public CtrExamples(CtrTable table) {
        this.table = table;
    }

    @Override
    public int size() {
        return table.size();
    }

    @Override
    public CtrBatch batch(Choice choice) {
        int n = choice.size();
        int fields = table.fields();
        long[] features = new long[n * fields];
        float[] labels = new float[n];
        for (int i = 0; i < n; i++) {
            int row = choice.rows()[i];
            for (int f = 0; f < fields; f++) features[i * fields + f] = table.feature(row, f);
            labels[i] = table.label(row);
        }
        Tensor made = Tensors.of(features, n, fields);
        try {
            return new CtrBatch(made, Tensors.of(labels, n), choice.rows());
        } catch (RuntimeException | Error e) {
            made.close();
            throw e;
        }
    }
}
