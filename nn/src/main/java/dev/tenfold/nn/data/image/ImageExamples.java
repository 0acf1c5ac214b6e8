package dev.tenfold.nn.data.image;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.nn.data.Choice;
import dev.tenfold.nn.data.Examples;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;

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
            Tensor labels = Tensor.allocate(DType.I64, Shape.of(choice.size()));
            for (int i = 0; i < choice.size(); i++) Memory.putLong(labels.address() + 8L * i, images.label(choice.rows()[i]));
            return new ImageBatch(pixels, labels, choice.rows());
        } catch (RuntimeException | Error e) {
            pixels.close();
            throw e;
        }
    }
}
