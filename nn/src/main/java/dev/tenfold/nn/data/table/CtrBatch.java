package dev.tenfold.nn.data.table;

import dev.tenfold.nn.data.Batch;
import dev.tenfold.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Some rows.
 *
 * @param features i64 [b, fields]: rows of an embedding table
 * @param labels   f32 [b]: 0 or 1
 * @param rows     which rows of the table these are
 */
public record CtrBatch(Tensor features, Tensor labels, int[] rows) implements Batch<CtrBatch> {
    @Override
    public CtrBatch map(UnaryOperator<Tensor> change) {
        return new CtrBatch(change.apply(features), change.apply(labels), rows);
    }
}
