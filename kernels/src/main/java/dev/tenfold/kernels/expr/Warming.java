package dev.tenfold.kernels.expr;

import dev.tenfold.kernels.VectorTrials;

/** Runs the scalar form of a loop, with trials of its vectors on a few elements, until these are fast. */
final class Warming {
    /** Elements of a trial: a step or two of a vector loop. */
    static final int TRIAL = 64;

    private final VectorTrials trials = new VectorTrials();
    private final int steps;

    /** @param steps steps of single vectors in a trial */
    Warming(int steps) {
        this.steps = steps;
    }

    /** Computes elements 0 up to {@code n} of {@code loop}. */
    void run(CompiledLoop loop, int n, long[] operands, double[] params) {
        int done = trials.won() ? 0 : tried(loop, n, operands, params);
        if (trials.won()) done = loop.vector(done, n, operands, params);
        if (done < n) loop.scalar(done, n, operands, params);
    }

    /** Works until the vectors have won; returns the first element not done. */
    private int tried(CompiledLoop loop, int n, long[] operands, double[] params) {
        int at = 0;
        while (at < n && !trials.won()) {
            long owed = trials.owed();
            if (owed <= 0 && n - at >= TRIAL) {
                long start = System.nanoTime();
                // A loop without a vector form does nothing here, wins, and is scalar for ever.
                at = loop.vector(at, at + TRIAL, operands, params);
                trials.tried(System.nanoTime() - start, steps);
            } else {
                int end = owed <= 0 ? n : (int) Math.min(n, at + owed);
                loop.scalar(at, end, operands, params);
                trials.worked(end - at);
                at = end;
            }
        }
        return at;
    }
}
