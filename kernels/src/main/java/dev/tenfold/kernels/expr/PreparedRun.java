package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.WorkerPool;

/**
 * An element-wise computation over strided inputs that is ready to go: any range of its elements, counted row-major, can be computed into
 * wherever they are needed. Ranges may run on several threads at once.
 */
public interface PreparedRun extends AutoCloseable {
    /** Computes the {@code n} elements from {@code from} on into dense {@code targets}, one for each output. */
    void run(long from, int n, long... targets);

    /** Elements in one row: what is computed without a new start. */
    long row();

    /** Computes the elements from 0 to {@code n}, shared out in chunks of about {@code chunk}; {@code bytes}: of one element of each output. */
    default void runAll(long n, long chunk, long[] targets, int[] bytes) {
        long row = row();
        WorkerPool.forRange(n, row < chunk ? chunk / row * row : chunk, (from, to) -> {
            long[] moved = new long[targets.length];
            for (int k = 0; k < moved.length; k++) moved[k] = targets[k] + from * bytes[k];
            run(from, (int) (to - from), moved);
        });
    }

    /** Frees the copies of inputs that had to be packed. */
    @Override
    void close();
}
