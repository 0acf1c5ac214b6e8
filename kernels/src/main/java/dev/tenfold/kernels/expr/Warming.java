package dev.tenfold.kernels.expr;

/**
 * Decides when the vector form of a loop runs. Until the optimising compiler has made machine code of it, a vector loop boxes every vector
 * and is a hundred times slower than its scalar twin, and the compiler makes machine code of what is called often. So the vectors of a loop
 * that has seen some elements are tried on a few of them, again and again, for a share of the time, and take over as soon as they are
 * fast. Both forms give the same bits, so the moment cannot be seen.
 */
final class Warming {
    private static final long ELEMENTS_BEFORE_TRIALS = 1 << 16;
    /** Elements of a trial: a step or two of a vector loop. */
    static final int TRIAL = 64;
    /** Elements from one look at the clock to the next. */
    private static final int STRETCH = 1024;
    /**
     * A trial wins when one step of one vector takes less. Machine code takes 1 ns, of a division 5, and boxes 100. The scalar twin is no
     * measure: it may be interpreted itself, and any vector loop that is compiled at all would win.
     */
    private static final long NANOS_PER_STEP = 10;
    /** What a trial takes besides: the call and the clock. */
    private static final long NANOS_PER_TRIAL = 200;
    private static final int WINS = 8;

    private final long limit;
    // Counted without synchronisation: a lost count only delays the change.
    private long seen;
    /** Nanoseconds that the scalar form has worked since the last trial, less what that trial took: half of the time goes into each. */
    private long balance;
    private int wins;

    /** @param steps steps of single vectors in a trial */
    Warming(int steps) {
        limit = NANOS_PER_TRIAL + NANOS_PER_STEP * steps;
    }

    /** Computes elements 0 up to {@code n} of {@code loop}. */
    void run(CompiledLoop loop, int n, long[] operands, double[] params) {
        int done = 0;
        if (wins < WINS && seen > ELEMENTS_BEFORE_TRIALS) done = tried(loop, n, operands, params);
        if (wins >= WINS) done = loop.vector(done, n, operands, params);
        else seen += n;
        if (done < n) loop.scalar(done, n, operands, params);
    }

    /** Works until the vectors have won; returns the first element not done. */
    private int tried(CompiledLoop loop, int n, long[] operands, double[] params) {
        int at = 0;
        while (at < n && wins < WINS) {
            long start = System.nanoTime();
            if (balance >= 0 && n - at >= TRIAL) {
                int done = loop.vector(at, at + TRIAL, operands, params);
                long took = System.nanoTime() - start;
                wins = took <= limit ? wins + 1 : 0;
                balance = -took;
                // A loop without a vector form wins, and is never asked again.
                at = done;
            } else {
                int end = Math.min(n, at + STRETCH);
                loop.scalar(at, end, operands, params);
                balance += System.nanoTime() - start;
                at = end;
            }
        }
        return at;
    }
}
