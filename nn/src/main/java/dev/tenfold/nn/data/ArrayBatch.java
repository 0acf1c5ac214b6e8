package dev.tenfold.nn.data;

import dev.tenfold.tensor.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The chosen rows of some arrays.
 *
 * @param arrays one per array of the {@link ArrayExamples}, [b, ...]
 * @param rows   which rows these are
 */
public record ArrayBatch(List<Tensor> arrays, int[] rows) implements Batch<ArrayBatch> {
    @Override
    public ArrayBatch map(UnaryOperator<Tensor> change) {
        return new ArrayBatch(arrays.stream().map(change).toList(), rows);
    }
}
