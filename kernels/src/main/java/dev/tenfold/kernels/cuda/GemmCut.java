package dev.tenfold.kernels.cuda;

/**
 * How the inner dimension of a matrix product is cut, so that few tiles of C still occupy a device: by the sizes alone, so that sums have
 * their bits on every device.
 *
 * @param piece  elements of a piece
 * @param pieces how many
 */
record GemmCut(long piece, int pieces) {
    /** Blocks that occupy the devices at hand: those of an H200 have 132 multiprocessors. */
    static final long ENOUGH = 132;
    /** Sums of a piece go through memory once more each: not worth it for short ones. */
    private static final long LEAST_PIECE = 256;
    private static final long STEP = 64;
    private static final int MOST_PIECES = 64;

    static GemmCut whole(long k) {
        return new GemmCut(Math.max(1, k), 1);
    }

    /** The cut of k for {@code blocks} blocks. */
    static GemmCut of(long k, long blocks) {
        if (blocks >= ENOUGH) return whole(k);
        long wanted = Math.min(Math.min(2 * ENOUGH / Math.max(1, blocks), k / LEAST_PIECE), MOST_PIECES);
        if (wanted < 2) return whole(k);
        long piece = ((k + wanted - 1) / wanted + STEP - 1) / STEP * STEP;
        return new GemmCut(piece, (int) ((k + piece - 1) / piece));
    }
}
