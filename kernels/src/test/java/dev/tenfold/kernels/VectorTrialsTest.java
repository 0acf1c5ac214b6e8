package dev.tenfold.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VectorTrialsTest {
    private static final long STEPS = 20;
    private static final long COMPILED = 100;
    private static final long BOXING = 3000;

    private final VectorTrials trials = new VectorTrials();

    private void tries(int times, long nanos) {
        for (int i = 0; i < times; i++) trials.tried(nanos, STEPS);
    }

    @Test
    void theScalarFormWorksFirst() {
        assertTrue(trials.owed() > 0);
        trials.worked(trials.owed());
        assertEquals(0, trials.owed());
        assertFalse(trials.won());
    }

    @Test
    void boxedVectorsNeverWin() {
        tries(1000, BOXING);
        assertFalse(trials.won());
    }

    @Test
    void vectorsWinWhenTheyHaveBeenFastSeveralTimesInARow() {
        tries(7, COMPILED);
        trials.tried(BOXING, STEPS);
        tries(7, COMPILED);
        assertFalse(trials.won());
        trials.tried(COMPILED, STEPS);
        assertTrue(trials.won());
    }

    @Test
    void aLongerTrialIsPaidForByMoreScalarWorkUpToABound() {
        trials.tried(BOXING, STEPS);
        long afterShort = trials.owed();
        trials.tried(2 * BOXING, STEPS);
        assertEquals(2 * afterShort, trials.owed());
        long first = new VectorTrials().owed();
        trials.tried(1_000_000_000, STEPS);
        assertEquals(first, trials.owed());
    }

    @Test
    void aSlowPlainFormDoesNotPutOffTheNextTrial() throws InterruptedException {
        assertFalse(trials.due(), "before the first trial nothing is known");
        trials.tried(1_000_000, STEPS);
        Thread.sleep(5);
        assertTrue(trials.owed() > 0);
        assertTrue(trials.due());
        trials.tried(3_600_000_000_000L, STEPS);
        assertFalse(trials.due(), "an hour's trial is paid for by more than what has passed");
        trials.worked(trials.owed());
        assertTrue(trials.due());
    }
}
