package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Choice;
import dev.tenfold.nn.data.Examples;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Tensor;
import dev.tenfold.tensor.Tensors;
import java.util.Arrays;

/** Batches of {@link Images}: each image is augmented, normalised and written to native memory. */
public final class ImageExamples implements Examples<ImageBatch> {
    private final Images images;
    private final PixelWriter writer;

    /**
     * For training.
     *
     * @param augmentation what happens to each image; it must make all of them {@code height x width}
     * @param generator    decides about augmentations, by its seed and subsequence: nothing is drawn from it
     */
    public ImageExamples(Images images, Normalisation normalisation, Augmentation augmentation, int height, int width, Generator generator) {
        this.images = images;
        writer = new PixelWriter(images, normalisation, augmentation, height, width, generator.fork(0));
    }

    /** For training on images of one size that keep it. */
    public ImageExamples(ImageSet set, Normalisation normalisation, Augmentation augmentation, Generator generator) {
        this(set, normalisation, augmentation, set.height(), set.width(), generator);
    }

    /** For evaluation: the images as they are. */
    public ImageExamples(ImageSet set, Normalisation normalisation) {
        this(set, normalisation, Augmentation.none(), new Generator(0));
    }

    @Override
    public int size() {
        return images.size();
    }

    @Override
    public ImageBatch batch(Choice choice) {
        Tensor pixels = writer.write(choice);
        try {
            long[] labels = Arrays.stream(choice.rows()).mapToLong(images::label).toArray();
            return new ImageBatch(pixels, Tensors.of(labels, labels.length), choice.rows());
        } catch (RuntimeException | Error e) {
            pixels.close();
            throw e;
        }
    }
}
