package dev.tenfold.nn.data.image;

import dev.tenfold.nn.data.Draws;
import dev.tenfold.tensor.Generator;
import dev.tenfold.tensor.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Image files that are decoded every time they are asked for: for sets that do not fit into memory. */
public final class StoredImages implements Images {
    private final String name;
    private final ImageStore store;
    private final List<String> files;
    private final int[] labels;
    private final ImageFile decoder;
    private final Augmentation fitting;

    /**
     * Files of a store.
     *
     * @param store   stays open as long as images are asked for; closing it is the caller's
     * @param files   names in the store, one per image
     * @param labels  one per image
     * @param fitting brings every decoded image to its size, such as {@link Augmentation#resizeAndCentreCrop}; it draws nothing
     */
    public StoredImages(String name, ImageStore store, List<String> files, int[] labels, ImageFile decoder, Augmentation fitting) {
        if (files.size() != labels.length) throw new IllegalArgumentException("StoredImages " + name + ": " + files.size() + " files with " + labels.length + " labels");
        this.name = name;
        this.store = store;
        this.files = List.copyOf(files);
        this.labels = labels.clone();
        this.decoder = decoder;
        this.fitting = fitting;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return labels.length;
    }

    @Override
    public int channels() {
        return decoder.channels();
    }

    @Override
    public int label(int image) {
        return labels[image];
    }

    @Override
    public Picture picture(int image) {
        try {
            return read(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Picture read(int image) throws IOException {
        String file = files.get(image);
        Picture picture = decoder.decode(store.bytes(file), store.path(file));
        fitting.apply(picture, new Draws(new Generator(0)));
        return picture;
    }

    /**
     * All images, decoded once and kept as bytes.
     *
     * @param classes    how many there are
     * @param classNames one per class, or none
     * @throws FormatException when a file cannot be decoded, or has another size than the first
     * @throws IllegalArgumentException when all together have more than 2 GB
     */
    public ImageSet decoded(int classes, List<String> classNames) throws IOException {
        if (labels.length == 0) throw new IllegalArgumentException(name + ": there is no image");
        Picture first = read(0);
        int bytes = first.pixels().length;
        if ((long) bytes * labels.length > Integer.MAX_VALUE - 16) {
            throw new IllegalArgumentException(name + ": " + labels.length + " images of " + first.height() + " x " + first.width() + " are more than the 2 GB that an image set holds; scale them down, or decode them while training");
        }
        byte[] pixels = new byte[bytes * labels.length];
        for (int i = 0; i < labels.length; i++) {
            Picture picture = i == 0 ? first : read(i);
            if (picture.height() != first.height() || picture.width() != first.width()) {
                throw new FormatException(store.path(files.get(i)), 0, "the image is " + picture.width() + " x " + picture.height() + ", " + files.get(0) + " is "
                        + first.width() + " x " + first.height() + "; have them scaled to one size");
            }
            System.arraycopy(picture.pixels(), 0, pixels, i * bytes, bytes);
        }
        return new ImageSet(name, pixels, decoder.channels(), first.height(), first.width(), labels.clone(), classes, classNames);
    }
}
