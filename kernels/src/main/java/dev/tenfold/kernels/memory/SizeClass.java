package dev.tenfold.kernels.memory;

/** Size classes of memory: multiples of 64 bytes up to 1024, above eight steps to a doubling. */
public final class SizeClass {
    /** More than there are for any size up to 2^62. */
    public static final int COUNT = 64 * 8;

    private SizeClass() {
    }

    /** The class of {@code bytes}, at least 1: the first one whose capacity is not smaller. */
    public static int of(long bytes) {
        if (bytes <= 1024) return (int) ((bytes + 63) / 64) - 1;
        int exponent = 63 - Long.numberOfLeadingZeros(bytes - 1);
        long step = 1L << (exponent - 3);
        int eighth = (int) ((bytes - 1 - (1L << exponent)) / step);
        return 16 + (exponent - 10) * 8 + eighth;
    }

    /** The largest size in a class. */
    public static long capacity(int sizeClass) {
        if (sizeClass < 16) return (sizeClass + 1) * 64L;
        int exponent = 10 + (sizeClass - 16) / 8;
        return (1L << exponent) + ((sizeClass - 16) % 8 + 1) * (1L << (exponent - 3));
    }
}
