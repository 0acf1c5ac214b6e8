package dev.tenfold.nn.data.text;

import dev.tenfold.nn.data.Batch;
import dev.tenfold.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * Some pairs of image and caption.
 *
 * @param images  f32 [b, c, h, w], normalised
 * @param tokens  i64 [b, length]: begin, the caption's tokens, end, padding; see {@link Tokeniser}
 * @param lengths i64 [b]: how many tokens of each caption count, begin and end among them
 * @param shown   i64 [b]: the number of each image, which tells pairs of the same image
 * @param rows    which examples these are
 */
public record CaptionBatch(Tensor images, Tensor tokens, Tensor lengths, Tensor shown, int[] rows) implements Batch<CaptionBatch> {
    @Override
    public CaptionBatch map(UnaryOperator<Tensor> change) {
        return new CaptionBatch(change.apply(images), change.apply(tokens), change.apply(lengths), change.apply(shown), rows);
    }
}
