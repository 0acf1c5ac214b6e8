package dev.tenfold.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SharesTest {
    @Test
    void aThreadTakesItsOwnNeighboursFromTheFrontAndThoseOfOthersFromTheBack() {
        Shares shares = new Shares(10, 3);
        assertEquals(3, shares.takeOwn(1));
        assertEquals(9, shares.takeOther(1));
        assertEquals(6, shares.takeOwn(2));
        assertEquals(8, shares.takeOther(1));
        assertEquals(7, shares.takeOwn(2));
        assertEquals(-1, shares.takeOwn(2));
        assertEquals(2, shares.takeOther(1), "nothing is left of the next thread's share, so the one after is robbed");
        assertEquals(0, shares.takeOwn(0));
    }

    @Test
    void everyChunkIsGivenOnceInWhateverOrderTheThreadsCome() {
        for (int threads = 1; threads <= 5; threads++) {
            for (int chunks = 1; chunks <= 23; chunks++) {
                Shares shares = new Shares(chunks, threads);
                BitSet given = new BitSet();
                int refused = 0;
                for (int turn = 0; refused < 2 * threads; turn++) {
                    int thread = turn * 7 % 11 % threads;
                    long chunk = turn % 3 == 0 ? shares.takeOther(thread) : shares.takeOwn(thread);
                    refused = chunk < 0 ? refused + 1 : 0;
                    if (chunk < 0) continue;
                    assertFalse(given.get((int) chunk), chunk + " of " + chunks + " twice");
                    given.set((int) chunk);
                }
                for (int thread = 0; thread < threads; thread++) {
                    for (long chunk; (chunk = shares.takeOwn(thread)) >= 0; ) given.set((int) chunk);
                    assertFalse(shares.othersHave(thread) && given.cardinality() == chunks);
                }
                assertEquals(chunks, given.cardinality());
                assertEquals(chunks, given.length());
            }
        }
    }

    @Test
    void whatOthersHaveNotComeToIsSeen() {
        Shares shares = new Shares(4, 2);
        assertTrue(shares.othersHave(0));
        shares.takeOwn(1);
        assertTrue(shares.othersHave(0));
        shares.takeOwn(1);
        assertFalse(shares.othersHave(0));
        assertTrue(shares.othersHave(1));
    }

    @Test
    void tooManyChunksAreRefused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Shares(1L << 31, 2)).getMessage().contains("2147483648 chunks"));
    }
}
