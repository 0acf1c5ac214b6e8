package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.VectorModule;

/**
 * Softmax and its gradient down the columns of dense f32 scores [keys, columns], a multiple of {@link #LANES} columns. Every column
 * is folded in the order of its keys, so vectors of any width and plain loops give the same bits.
 */
interface ScoreLoops {
    /** Columns come in multiples of this: the longest vectors' lanes. */
    int LANES = 16;

    /** The implementation for this process. */
    ScoreLoops CHOSEN = VectorModule.available() ? new WarmingScores() : new PlainScores();

    /** {@code exp(s - max) / sum exp(s - max)} of each column, in place; zeros where all scores are minus infinity. */
    void softmax32(long scores, int keys, int columns);

    /** {@code dS = P (dP - sum P dP)} of each column; dS takes the place of dP. */
    void gradient32(long probabilities, long slopes, int keys, int columns);

    /**
     * The vector loops, after a while of their scalar twins: until the compiler has made machine code of them, vectors run a
     * hundred times slower than plain loops.
     */
    final class WarmingScores implements ScoreLoops {
        private static final long SCORES_BEFORE_VECTORS = 1 << 18;

        private final ScoreLoops plain = new PlainScores();
        private final ScoreLoops vector = new VectorScores();
        // Counted without synchronisation: a lost count only delays the change.
        private long softmaxes;
        private long gradients;

        @Override
        public void softmax32(long scores, int keys, int columns) {
            boolean warm = softmaxes > SCORES_BEFORE_VECTORS;
            if (!warm) softmaxes += (long) keys * columns;
            (warm ? vector : plain).softmax32(scores, keys, columns);
        }

        @Override
        public void gradient32(long probabilities, long slopes, int keys, int columns) {
            boolean warm = gradients > SCORES_BEFORE_VECTORS;
            if (!warm) gradients += (long) keys * columns;
            (warm ? vector : plain).gradient32(probabilities, slopes, keys, columns);
        }
    }
}
