package dev.tenfold.nn.data.image;

/** One image on its way through an {@link Augmentation}: u8 [c, h, w] and a spare array to write the next version to. */
public final class Picture {
    private final int channels;
    private int height;
    private int width;
    private byte[] pixels;
    private byte[] spare;
    private int nextHeight;
    private int nextWidth;

    /** A black picture. */
    public Picture(int channels, int height, int width) {
        this.channels = channels;
        this.height = nextHeight = height;
        this.width = nextWidth = width;
        pixels = new byte[Math.multiplyExact(channels, Math.multiplyExact(height, width))];
        spare = new byte[pixels.length];
    }

    /** A picture of given pixels [c, h, w], which it takes over. */
    public Picture(byte[] pixels, int channels, int height, int width) {
        if ((long) channels * height * width != pixels.length) {
            throw new IllegalArgumentException("Picture: " + pixels.length + " bytes are not [" + channels + ", " + height + ", " + width + "]");
        }
        this.channels = channels;
        this.height = nextHeight = height;
        this.width = nextWidth = width;
        this.pixels = pixels;
        spare = new byte[0];
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

    /** The other array, of unspecified content, for a next version of the same size. */
    public byte[] spare() {
        return spare(height, width);
    }

    /** The other array, of unspecified content, for a next version [c, newHeight, newWidth]. */
    public byte[] spare(int newHeight, int newWidth) {
        if (newHeight < 1 || newWidth < 1) throw new IllegalArgumentException("Picture: a size of " + newHeight + " x " + newWidth + "; both must be at least 1");
        int length = Math.multiplyExact(channels, Math.multiplyExact(newHeight, newWidth));
        if (spare.length != length) spare = new byte[length];
        nextHeight = newHeight;
        nextWidth = newWidth;
        return spare;
    }

    /** Makes what was written to {@link #spare(int, int)} the picture. */
    public void swap() {
        byte[] old = pixels;
        pixels = spare;
        spare = old;
        height = nextHeight;
        width = nextWidth;
    }
}
