package dev.tenfold.kernels.expr;

/**
 * Decides when the vector form of a loop runs. Until the compiler has made machine code of it, a vector loop is a hundred times slower than
 * its scalar twin, and the compiler makes machine code of what is called often. So the vectors of a loop that has seen many elements are
 * tried on a few of them, again and again, and take over as soon as they are fast. Both forms give the same bits, so the moment cannot be
 * seen.
 */
final class Warming {
    private static final long ELEMENTS_BEFORE_TRIALS = 1 << 18;
    /** Elements of a trial: a step or two of a vector loop. */
    private static final int TRIAL = 64;
    /** Elements from one trial to the next: most of the work is still done by the fast form. */
    private static final int BETWEEN = 960;
    /** A trial wins when it takes less than the scalar form would for so many times as many elements: machine code does, nothing else. */
    private static final long MARGIN = 15;
    private static final int WINS = 8;

    // Counted without synchronisation: a lost count only delays the change.
    private long seen;
    private int since;
    private int wins;

    /** Computes elements 0 up to {@code n} of {@code loop}. */
    void run(CompiledLoop loop, int n, long[] operands, double[] params) {
        int done = 0;
        if (wins >= WINS) done = loop.vector(0, n, operands, params);
        else if (seen > ELEMENTS_BEFORE_TRIALS) done = tried(loop, n, operands, params);
        else seen += n;
        if (done < n) loop.scalar(done, n, operands, params);
    }

    /** Works through whole rounds of a trial and a scalar stretch; returns the first element not done. */
    private int tried(CompiledLoop loop, int n, long[] operands, double[] params) {
        int at = 0;
        while (n - at >= 2 * TRIAL) {
            int stretch = Math.min(n - at - TRIAL, BETWEEN);
            since += TRIAL + stretch;
            if (since < BETWEEN) return at; // of short runs not every one is tried
            since = 0;
            long start = System.nanoTime();
            int done = loop.vector(at, at + TRIAL, operands, params);
            long middle = System.nanoTime();
            int end = at + TRIAL + stretch;
            loop.scalar(done, end, operands, params);
            long vectorTime = middle - start;
            long scalarTime = System.nanoTime() - middle;
            boolean won = done == at || vectorTime * (end - done) <= MARGIN * scalarTime * (done - at);
            wins = won ? wins + 1 : 0;
            at = end;
        }
        return at;
    }
}
