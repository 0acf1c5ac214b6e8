package dev.tenfold.kernels;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
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
        final long number;
        final Range body;
        final long n;
        final long chunk;
        final Shares shares;
        final AtomicLong done = new AtomicLong();
        volatile Throwable failure;

        Job(long number, Range body, long n, long chunk, Shares shares) {
            this.number = number;
            this.body = body;
            this.n = n;
            this.chunk = chunk;
            this.shares = shares;
        }

        /** Works for one of the threads until no chunk is left. */
        void work(int thread) {
            long own = 0;
            for (long i; (i = shares.takeOwn(thread)) >= 0; own++) run(i);
            // A thread that came a little later will be done in a moment, and the data of its chunks are in its cache.
            long waiting = System.nanoTime();
            while (shares.othersHave(thread) && System.nanoTime() - waiting < PATIENCE_NANOS) Thread.onSpinWait();
            for (long i; (i = shares.takeOther(thread)) >= 0; own++) run(i);
            // Once, not for each chunk: the line of the counter travels between the cores.
            if (own > 0) done.getAndAdd(own);
        }

        private void run(long i) {
            if (failure != null) return;
            try {
                call(body, i * chunk, Math.min(n, (i + 1) * chunk));
            } catch (Throwable t) {
                failure = t;
            }
        }

        /** Returns when all chunks are done. The last of them are being worked on, unless the machine has fewer cores than threads. */
        void await() {
            for (int turn = 0; done.get() < shares.chunks(); turn++) {
                if (turn < SPINS_BEFORE_YIELD) Thread.onSpinWait();
                else Thread.yield();
            }
        }
    }

    /** A worker, the second of the threads or a later one. */
    private static final class Worker extends Thread {
        private final int index;
        // Not the job: a sleeping worker would keep alive what its body holds.
        private long seen;
        volatile boolean asleep;

        Worker(int index) {
            super("tenfold-worker-" + index);
            this.index = index;
            setDaemon(true);
        }

        @Override
        public void run() {
            INSIDE.get()[0] = true;
            long idleSince = System.nanoTime();
            while (true) {
                Job job = current;
                if (isNew(job)) {
                    seen = job.number;
                    if (index >= job.shares.threads()) continue;
                    job.work(index);
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep();
                    idleSince = System.nanoTime();
                }
            }
        }

        private boolean isNew(Job job) {
            return job != null && job.number != seen;
        }

        private void sleep() {
            asleep = true;
            // Whoever announced a job before this could be seen does not wake anybody.
            if (!isNew(current)) LockSupport.park(WorkerPool.class);
            asleep = false;
        }
    }

    // How long an idle worker watches for the next job before it sleeps: waking a sleeper costs as much. So an idle pool takes 50 us of
    // each other core after its last job, and nothing later.
    private static final long SPIN_NANOS = 50_000;
    // How long a thread waits before it takes what was dealt to others: announcing a job to an awake worker takes 1 us.
    private static final long PATIENCE_NANOS = 3_000;
    // The caller's wait for chunks that others work on: about 50 us.
    private static final int SPINS_BEFORE_YIELD = 1 << 12;
    // Not final: the compiler pulls the bodies of up to two kinds of jobs into a loop over their chunks, has no patience left for all of
    // their vectors and boxes them. It does not look through a handle that could change.
    private static MethodHandle run = run();
    private static final ReentrantLock TURN = new ReentrantLock();
    private static final ThreadLocal<boolean[]> INSIDE = ThreadLocal.withInitial(() -> new boolean[1]);
    private static volatile int threads = initialThreads();
    private static volatile Job current;
    // Of whoever has the turn.
    private static long jobs;
    private static Worker[] workers = new Worker[0];

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
        int working = (int) Math.min(threads, chunks);
        boolean[] inside = INSIDE.get();
        if (working == 1 || inside[0] || !TURN.tryLock()) {
            for (long i = 0; i < chunks; i++) call(body, i * chunk, Math.min(n, (i + 1) * chunk));
            return;
        }
        Job job = new Job(++jobs, body, n, chunk, new Shares(chunks, working));
        try {
            inside[0] = true;
            announce(job, working - 1);
            job.work(0);
            job.await();
        } finally {
            current = null;
            inside[0] = false;
            TURN.unlock();
        }
        if (job.failure != null) rethrow(job.failure);
    }

    private static void announce(Job job, int helpers) {
        while (workers.length < helpers) addWorker();
        current = job;
        for (int i = 0; i < helpers; i++) if (workers[i].asleep) LockSupport.unpark(workers[i]);
    }

    private static void addWorker() {
        Worker[] more = java.util.Arrays.copyOf(workers, workers.length + 1);
        Worker worker = new Worker(more.length);
        more[more.length - 1] = worker;
        workers = more;
        worker.start();
    }

    private static void call(Range body, long from, long to) {
        try {
            run.invokeExact(body, from, to);
        } catch (Throwable failure) {
            rethrow(failure);
        }
    }

    private static MethodHandle run() {
        try {
            return MethodHandles.lookup().findVirtual(Range.class, "run", MethodType.methodType(void.class, long.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static void rethrow(Throwable failure) {
        if (failure instanceof RuntimeException e) throw e;
        if (failure instanceof Error e) throw e;
        throw new IllegalStateException(failure);
    }
}
