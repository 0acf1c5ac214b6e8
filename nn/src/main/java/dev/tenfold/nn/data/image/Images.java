package dev.tenfold.nn.data.image;

/** Labelled images that can be had one by one: from memory, or decoded when they are asked for. Several threads may ask at once. */
public interface Images {
    /** A word or two for messages. */
    String name();

    /** How many images. */
    int size();

    /** 1 for grey, 3 for red, green and blue. */
    int channels();

    /** The label of an image, from 0. */
    int label(int image);

    /**
     * A fresh copy of an image.
     *
     * @throws java.io.UncheckedIOException when its file cannot be read
     */
    Picture picture(int image);
}
