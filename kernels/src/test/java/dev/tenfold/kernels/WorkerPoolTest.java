package dev.tenfold.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {
    private int before;

    @BeforeEach
    void useThree() {
        before = WorkerPool.threads();
        WorkerPool.setThreads(3);
    }

    @AfterEach
    void restore() {
        WorkerPool.setThreads(before);
    }

    private static void everyIndexIsVisitedOnce(int n, int chunk) {
        AtomicIntegerArray visits = new AtomicIntegerArray(n);
        WorkerPool.forRange(n, chunk, (from, to) -> {
            assertEquals(0, from % chunk);
            assertEquals(Math.min(n, from + chunk), to);
            for (long i = from; i < to; i++) visits.incrementAndGet((int) i);
        });
        for (int i = 0; i < n; i++) assertEquals(1, visits.get(i), "index " + i + " of " + n + " in chunks of " + chunk);
    }

    @Test
    void everyIndexIsVisitedOnceForAnyNumberOfThreads() {
        for (int threads : new int[] {1, 2, 3, 7}) {
            WorkerPool.setThreads(threads);
            for (int n : new int[] {1, 2, 31, 32, 33, 1000}) for (int chunk : new int[] {1, 7, 32, 5000}) everyIndexIsVisitedOnce(n, chunk);
        }
    }

    @Test
    void manyShortRangesInARowLoseNothing() {
        for (int i = 0; i < 20_000; i++) {
            long[] sums = new long[3];
            WorkerPool.forRange(3, 1, (from, to) -> sums[(int) from] = from + 1);
            assertEquals(6, sums[0] + sums[1] + sums[2], "range " + i);
        }
    }

    @Test
    void nothingIsNothingAndAChunkIsPositive() {
        WorkerPool.forRange(0, 1, (from, to) -> {
            throw new AssertionError("called");
        });
        assertTrue(assertThrows(IllegalArgumentException.class, () -> WorkerPool.forRange(1, 0, (from, to) -> { })).getMessage().contains("chunk 0"));
    }

    @Test
    void theNumberOfThreadsIsChecked() {
        for (int wrong : new int[] {0, -1, 1025}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> WorkerPool.setThreads(wrong)).getMessage().contains("1..1024"));
        }
        assertEquals(3, WorkerPool.threads());
    }

    @Test
    void anExceptionOfAnyChunkReachesTheCallerAndThePoolGoesOn() {
        for (int culprit = 0; culprit < 16; culprit++) {
            IllegalStateException thrown = new IllegalStateException("chunk " + culprit);
            int at = culprit;
            assertSame(thrown, assertThrows(IllegalStateException.class, () -> WorkerPool.forRange(16, 1, (from, to) -> {
                if (from == at) throw thrown;
            })));
            everyIndexIsVisitedOnce(100, 3);
        }
    }

    @Test
    void errorsReachTheCallerToo() {
        StackOverflowError thrown = new StackOverflowError();
        assertSame(thrown, assertThrows(StackOverflowError.class, () -> WorkerPool.forRange(8, 1, (from, to) -> {
            if (from == 5) throw thrown;
        })));
    }

    @Test
    void workersTakePart() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch both = new CountDownLatch(2);
        WorkerPool.forRange(2, 1, (from, to) -> {
            seen.add(Thread.currentThread());
            both.countDown();
            try {
                assertTrue(both.await(30, TimeUnit.SECONDS), "the second chunk never ran beside the first");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertEquals(2, seen.size());
        assertTrue(seen.contains(Thread.currentThread()));
    }

    @Test
    void aRangeInsideARangeRunsOnItsOwnThread() {
        AtomicIntegerArray visits = new AtomicIntegerArray(6 * 50);
        WorkerPool.forRange(6, 1, (outer, end) -> {
            Thread self = Thread.currentThread();
            WorkerPool.forRange(50, 7, (from, to) -> {
                assertSame(self, Thread.currentThread());
                for (long i = from; i < to; i++) visits.incrementAndGet((int) (outer * 50 + i));
            });
        });
        for (int i = 0; i < visits.length(); i++) assertEquals(1, visits.get(i));
    }

    @Test
    void anExceptionInsideAnInnerRangeLeavesThePoolUsable() {
        assertThrows(ArithmeticException.class, () -> WorkerPool.forRange(4, 1, (outer, end) ->
                WorkerPool.forRange(4, 1, (from, to) -> {
                    if (outer == 2 && from == 3) throw new ArithmeticException();
                })));
        // A caller that still counted as "inside" would never again share its work.
        workersTakePart();
    }

    @Test
    void severalThreadsMayCallAtOnce() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> callers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            callers.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 300; i++) everyIndexIsVisitedOnce(200, 9);
                } catch (Throwable e) {
                    failure.set(e);
                }
            }));
        }
        for (Thread caller : callers) caller.join();
        assertEquals(null, failure.get());
    }
}
