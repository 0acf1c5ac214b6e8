package dev.tenfold.jmh;

import java.util.SplittableRandom;

/** The sizes of the dense networks, for both sides, and the operations of their training steps. */
public final class DenseShapes {
    /** An image classifier of linear layers. */
    public static final int[] MLP = {784, 512, 512, 10};
    public static final int MLP_BATCH = 128;

    /** A click predictor: every field's value is a row of one table, and the rows together go through linear layers. */
    public static final int FIELDS = 20;
    public static final int ROWS = 100_000;
    public static final int ROW_WIDTH = 16;
    public static final int[] CLICKS = {FIELDS * ROW_WIDTH, 400, 400, 1};
    public static final int CLICKS_BATCH = 1024;

    /** A bidirectional transformer, norm first, that names every token of a sequence anew. */
    public static final int SEQUENCES = 64;
    public static final int TOKENS = 32;
    public static final int WIDTH = 128;
    public static final int HEADS = 4;
    public static final int LAYERS = 4;
    public static final int VOCABULARY = 256;

    private DenseShapes() {
    }

    /** Row indices [batch, fields], each field with rows of its own. */
    public static long[] fields(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] indices = new long[CLICKS_BATCH * FIELDS];
        int each = ROWS / FIELDS;
        for (int i = 0; i < indices.length; i++) indices[i] = (long) (i % FIELDS) * each + random.nextInt(each);
        return indices;
    }

    /** The products of linear layers, forward and twice that backward; the first layer's input needs no gradient where {@code data}. */
    public static double trainingFlops(int batch, int[] widths, boolean data) {
        double flops = 0;
        for (int i = 0; i + 1 < widths.length; i++) {
            flops += (i == 0 && data ? 2 : 3) * 2.0 * batch * widths[i] * widths[i + 1];
        }
        return flops;
    }

    /** The products of the transformer's linear layers and attention, forward and twice that backward. */
    static double transformerFlops() {
        return transformerFlops(SEQUENCES, TOKENS, WIDTH, LAYERS);
    }

    /** {@link #transformerFlops()} of other sizes. */
    public static double transformerFlops(int sequences, int length, int width, int layers) {
        double tokens = (double) sequences * length;
        double layer = 2 * tokens * width * (12.0 * width + 2.0 * length);
        return 3 * (layers * layer + 2 * tokens * width * VOCABULARY);
    }
}
