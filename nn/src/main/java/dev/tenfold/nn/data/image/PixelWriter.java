package dev.tenfold.nn.data.image;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.nn.data.Choice;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes the tensor of images of a batch: augmented, normalised, f32 [b, c, h, w]. */
public final class PixelWriter {
    private final Images images;
    private final Augmentation augmentation;
    private final int height;
    private final int width;
    private final Generator generator;
    private final float[][] tables;

    /**
     * A writer.
     *
     * @param augmentation must make every image {@code height x width}
     * @param generator    decides about augmentations, by its seed and subsequence
     */
    public PixelWriter(Images images, Normalisation normalisation, Augmentation augmentation, int height, int width, Generator generator) {
        int channels = normalisation.channels();
        if (channels != images.channels()) {
            throw new IllegalArgumentException("the normalisation is for " + channels + " channels, the images of " + images.name() + " have " + images.channels());
        }
        if (height < 1 || width < 1) throw new IllegalArgumentException("images of " + height + " x " + width + "; both must be at least 1");
        this.images = images;
        this.augmentation = augmentation;
        this.height = height;
        this.width = width;
        this.generator = generator;
        tables = new float[channels][];
        for (int c = 0; c < channels; c++) tables[c] = normalisation.table(c);
    }

    /**
     * The images of a choice; the tensor belongs to the innermost scope of this thread, if any.
     *
     * @throws IllegalStateException when an image has another size after augmentation
     */
    public Tensor write(Choice choice) {
        Tensor all = Tensor.allocate(Device.CPU, DType.F32, Shape.of(choice.size(), tables.length, height, width));
        try {
            float[] values = new float[tables.length * height * width];
            for (int i = 0; i < choice.size(); i++) {
                Picture picture = images.picture(choice.rows()[i]);
                augmentation.apply(picture, choice.draws(generator, i));
                if (picture.height() != height || picture.width() != width) {
                    throw new IllegalStateException("image " + choice.rows()[i] + " of " + images.name() + " is " + picture.height() + " x " + picture.width()
                            + " after augmentation; batches of " + height + " x " + width + " are made. Let the augmentation end with a crop or resize to that");
                }
                normalise(picture.pixels(), values);
                MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_FLOAT, all.address() + 4L * i * values.length, values.length);
            }
            return Device.placed(all);
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    private void normalise(byte[] pixels, float[] values) {
        int plane = height * width;
        for (int c = 0; c < tables.length; c++) {
            float[] table = tables[c];
            for (int j = c * plane; j < (c + 1) * plane; j++) values[j] = table[pixels[j] & 0xFF];
        }
    }
}
