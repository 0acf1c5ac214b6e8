package dev.tenfold.nn.data;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.Shape;
import dev.tenfold.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Makes one batch: augments each image and writes its normalised pixels to native memory. */
final class Collation {
    private final ImageSet set;
    private final Augmentation augmentation;
    private final Generator generator;
    private final float[][] tables;
    private final Picture picture;
    private final float[] values;

    Collation(ImageSet set, Normalisation normalisation, Augmentation augmentation, Generator generator) {
        int channels = normalisation.mean().length;
        if (channels != set.channels()) {
            throw new IllegalArgumentException("Loader: the normalisation is for " + channels + " channels, the images of " + set.name() + " have " + set.channels());
        }
        this.set = set;
        this.augmentation = augmentation;
        this.generator = generator;
        tables = new float[channels][];
        for (int c = 0; c < channels; c++) tables[c] = normalisation.table(c);
        picture = new Picture(channels, set.height(), set.width());
        values = new float[set.imageBytes()];
    }

    /** Images f32 [b, c, h, w] and labels i64 [b]; they belong to the innermost scope of this thread, if any. */
    Tensor[] batch(int[] rows, long epoch) {
        Tensor images = Tensor.allocate(DType.F32, Shape.of(rows.length, set.channels(), set.height(), set.width()));
        Tensor labels = Tensor.allocate(DType.I64, Shape.of(rows.length));
        try {
            Generator ofEpoch = generator.fork(epoch);
            for (int i = 0; i < rows.length; i++) {
                set.copyImage(rows[i], picture.pixels(), 0);
                augmentation.apply(picture, new Draws(ofEpoch.fork(rows[i])));
                write(images.address() + 4L * i * values.length);
                Memory.putLong(labels.address() + 8L * i, set.label(rows[i]));
            }
        } catch (RuntimeException | Error e) {
            images.close();
            labels.close();
            throw e;
        }
        return new Tensor[] {images, labels};
    }

    private void write(long address) {
        byte[] pixels = picture.pixels();
        int plane = set.height() * set.width();
        for (int c = 0; c < tables.length; c++) {
            float[] table = tables[c];
            for (int j = c * plane; j < (c + 1) * plane; j++) values[j] = table[pixels[j] & 0xFF];
        }
        MemorySegment.copy(values, 0, Memory.ALL, ValueLayout.JAVA_FLOAT, address, values.length);
    }
}
