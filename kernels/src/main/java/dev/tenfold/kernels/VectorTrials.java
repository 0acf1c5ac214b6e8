package dev.tenfold.kernels;

/**
 * Decides when the vector form of a loop takes over from its scalar twin. Until the optimising compiler has made machine code of it, a
 * vector loop boxes every vector and is a hundred times slower than a plain one, and the compiler makes machine code of what is called
 * often. So vectors are tried on a few elements, again and again, for a share of the time, and take over as soon as they are fast. Both
 * forms give the same bits, so the moment cannot be seen.
 */
public final class VectorTrials {
    private static final long ELEMENTS_BEFORE_TRIALS = 1 << 16;
    /** A plain loop works on so many elements for each nanosecond of a trial: about half of the time goes into trials. */
    private static final long ELEMENTS_PER_NANO = 2;
    /**
     * A trial wins when one step of one vector takes less. Machine code takes 1 ns, of a division 5, and boxes 100. The scalar twin is no
     * measure: it may be interpreted itself, and any vector loop that is compiled at all would win.
     */
    private static final long NANOS_PER_STEP = 10;
    /** A loop waits so many times as long as its last trial took, if the plain form is slower than that: it may be interpreted as well. */
    private static final long PATIENCE = 4;
    /** What a trial takes besides: the call and the clock. */
    private static final long NANOS_PER_TRIAL = 200;
    private static final int WINS = 8;

    // Counted without synchronisation: a lost count only delays the change.
    private long owed = ELEMENTS_BEFORE_TRIALS;
    private int wins;
    // When the next trial is due in any case; 0 before the first.
    private long next;

    /** True when the vectors have taken over. */
    public boolean won() {
        return wins >= WINS;
    }

    /** How many elements the scalar form works on before the next trial; up to 0 when it is due. */
    public long owed() {
        return owed;
    }

    /** True when a trial is due, by elements or by time. */
    public boolean due() {
        return owed <= 0 || next != 0 && System.nanoTime() - next >= 0;
    }

    /** Tells of elements that the scalar form works on. */
    public void worked(long elements) {
        owed -= elements;
    }

    /** Tells of a trial of so many steps of single vectors. */
    public void tried(long nanos, long steps) {
        wins = nanos <= NANOS_PER_TRIAL + NANOS_PER_STEP * steps ? wins + 1 : 0;
        owed = Math.min(ELEMENTS_BEFORE_TRIALS, ELEMENTS_PER_NANO * nanos);
        next = System.nanoTime() + PATIENCE * nanos;
    }
}
