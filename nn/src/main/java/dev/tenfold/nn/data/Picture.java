package dev.tenfold.nn.data;

/** One image on its way through an {@link Augmentation}: u8 [c, h, w] and a spare array of the same length to write the next version to. */
public final class Picture {
    private final int channels;
    private final int height;
    private final int width;
    private byte[] pixels;
    private byte[] spare;

    /** A black picture. */
    public Picture(int channels, int height, int width) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        pixels = new byte[channels * height * width];
        spare = new byte[pixels.length];
    }

    public int channels() {
        return channels;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The pixels [c, h, w] themselves. */
    public byte[] pixels() {
        return pixels;
    }

    /** The other array, of unspecified content. */
    public byte[] spare() {
        return spare;
    }

    /** Makes what was written to {@link #spare()} the picture. */
    public void swap() {
        byte[] old = pixels;
        pixels = spare;
        spare = old;
    }
}
