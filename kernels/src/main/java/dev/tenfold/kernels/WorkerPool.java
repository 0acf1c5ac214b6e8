package dev.tenfold.kernels;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one pool of worker threads.
 *
 * <p>A range is cut into chunks of a size that the caller fixes from the problem alone, never from the number of threads.
 * A body that writes only what belongs to its chunk therefore gives the same bits for any number of threads. The caller
 * works too; a call from inside a body runs on the calling thread.
 */
public final class WorkerPool {
    /** Work on the indices {@code from} (inclusive) to {@code to} (exclusive): one whole chunk. */
    @FunctionalInterface
    public interface Range {
        void run(long from, long to);
    }

    private static final class Job {
        final Range body;
        final long n;
        final long chunk;
        final long chunks;
        final AtomicLong next = new AtomicLong();
        final AtomicLong done = new AtomicLong();
        final AtomicInteger helpersLeft;
        volatile Throwable failure;

        Job(Range body, long n, long chunk, long chunks, int helpers) {
            this.body = body;
            this.n = n;
            this.chunk = chunk;
            this.chunks = chunks;
            this.helpersLeft = new AtomicInteger(helpers);
        }

        void work() {
            long i;
            while ((i = next.getAndIncrement()) < chunks) {
                if (failure == null) {
                    try {
                        body.run(i * chunk, Math.min(n, (i + 1) * chunk));
                    } catch (Throwable t) {
                        failure = t;
                    }
                }
                done.getAndIncrement();
            }
        }
    }

    // How long an idle worker watches for the next job before it sleeps: waking a sleeper costs about 50 us.
    private static final long SPIN_NANOS = 100_000;
    private static final ReentrantLock TURN = new ReentrantLock();
    private static final ThreadLocal<boolean[]> INSIDE = ThreadLocal.withInitial(() -> new boolean[1]);
    private static volatile int threads = initialThreads();
    private static volatile Job current;
    private static Thread[] workers = new Thread[0];

    private WorkerPool() {
    }

    private static int initialThreads() {
        int n = Integer.getInteger("tenfold.threads", Runtime.getRuntime().availableProcessors());
        return Math.max(1, n);
    }

    /** How many threads work on a range, the caller included. */
    public static int threads() {
        return threads;
    }

    /**
     * Sets the number of threads, the caller included. The results of every operation stay the same, bit for bit.
     *
     * @throws IllegalArgumentException when {@code n} is not in 1..1024
     */
    public static void setThreads(int n) {
        if (n < 1 || n > 1024) throw new IllegalArgumentException("threads: " + n + " is not in 1..1024");
        threads = n;
    }

    /**
     * Runs {@code body} over {@code [0, n)} in chunks of {@code chunk} indices and returns when all are done.
     * An exception of the body is thrown here, after the other chunks have ended.
     */
    public static void forRange(long n, long chunk, Range body) {
        if (n <= 0) return;
        if (chunk <= 0) throw new IllegalArgumentException("forRange: chunk " + chunk + " is not positive");
        long chunks = (n + chunk - 1) / chunk;
        int helpers = (int) Math.min(threads, chunks) - 1;
        boolean[] inside = INSIDE.get();
        if (helpers == 0 || inside[0] || !TURN.tryLock()) {
            for (long i = 0; i < chunks; i++) body.run(i * chunk, Math.min(n, (i + 1) * chunk));
            return;
        }
        Job job = new Job(body, n, chunk, chunks, helpers);
        try {
            inside[0] = true;
            wake(job, helpers);
            job.work();
            while (job.done.get() < chunks) Thread.onSpinWait();
        } finally {
            current = null;
            inside[0] = false;
            TURN.unlock();
        }
        if (job.failure != null) rethrow(job.failure);
    }

    private static void wake(Job job, int helpers) {
        while (workers.length < helpers) addWorker();
        current = job;
        for (int i = 0; i < helpers; i++) LockSupport.unpark(workers[i]);
    }

    private static void addWorker() {
        Thread[] more = java.util.Arrays.copyOf(workers, workers.length + 1);
        Thread worker = new Thread(WorkerPool::serve, "tenfold-worker-" + more.length);
        worker.setDaemon(true);
        more[more.length - 1] = worker;
        workers = more;
        worker.start();
    }

    private static void serve() {
        INSIDE.get()[0] = true;
        Job last = null;
        long idleSince = System.nanoTime();
        while (true) {
            Job job = current;
            if (job != null && job != last) {
                last = job;
                if (job.helpersLeft.getAndDecrement() > 0) job.work();
                idleSince = System.nanoTime();
            } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                last = null;
                LockSupport.park(WorkerPool.class);
                idleSince = System.nanoTime();
            }
        }
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException e) throw e;
        if (failure instanceof Error e) throw e;
        throw new IllegalStateException(failure);
    }
}
