package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Batch;
import dev.tenfold.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Some labelled images.
 *
 * @param images f32 [b, c, h, w], normalised
 * @param labels i64 [b]
 * @param rows   which images of the set these are
 */
public record ImageBatch(Tensor images, Tensor labels, int[] rows) implements Batch<ImageBatch> {
    @Override
    public ImageBatch map(UnaryOperator<Tensor> change) {
        return new ImageBatch(change.apply(images), change.apply(labels), rows);
    }
}
