package dev.tenfold.nn.data;

import dev.tenfold.nn.data.Batch.Position;
import dev.tenfold.tensor.Device;
import dev.tenfold.tensor.Tensor;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/**
 * Batches made ahead by daemon threads into bounded queues. Of w threads, thread k makes the batches k, k + w, … into a queue of its own,
 * and they are taken from the queues in turn, so the order does not depend on who is faster. An error comes out of {@link #take()}.
 */
final class Prefetch<B extends Batch<B>> implements AutoCloseable {
    private record Ready<B>(B batch, Throwable failure) {
    }

    private final Function<Position, B> maker;
    private final int batchesPerEpoch;
    private final BlockingQueue<Ready<B>>[] queues;
    private final Thread[] threads;
    private volatile boolean stopped;
    private Throwable failed;
    private int turn;

    @SuppressWarnings({"unchecked", "rawtypes"})
    Prefetch(Function<Position, B> maker, Position from, int batchesPerEpoch, int depth, int workers) {
        this.maker = maker;
        this.batchesPerEpoch = batchesPerEpoch;
        queues = new BlockingQueue[workers];
        threads = new Thread[workers];
        for (int k = 0; k < workers; k++) queues[k] = new ArrayBlockingQueue<>((depth + workers - 1 - k) / workers);
        Position first = from;
        for (int k = 0; k < workers; k++) {
            int worker = k;
            Position at = first;
            threads[k] = Thread.ofPlatform().daemon().name("tenfold-loader").start(() -> work(worker, at));
            first = first.next(batchesPerEpoch);
        }
    }

    private void work(int worker, Position from) {
        Position at = from;
        try {
            while (!stopped) {
                put(worker, new Ready<>(maker.apply(at), null));
                for (int k = 0; k < threads.length; k++) at = at.next(batchesPerEpoch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: the end of this thread
        } catch (Throwable e) {
            try {
                put(worker, new Ready<>(null, e));
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void put(int worker, Ready<B> ready) throws InterruptedException {
        try {
            queues[worker].put(ready);
        } catch (InterruptedException e) {
            free(ready);
            throw e;
        }
    }

    /** The next batch, its tensors owned by the calling thread's innermost scope. */
    B take() {
        if (failed == null) {
            try {
                Ready<B> ready = queues[turn].take();
                turn = (turn + 1) % queues.length;
                if (ready.batch != null) return ready.batch.map(Prefetch::adopt);
                failed = ready.failure;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Loader: interrupted while it waited for a batch", e);
            }
        }
        throw new IllegalStateException("Loader: a batch could not be made: " + failed, failed);
    }

    /** Made by another thread on the host; this one wants it in its scope and on its device. */
    private static Tensor adopt(Tensor made) {
        Tensor own = made.detach();
        made.close();
        return Device.placed(own);
    }

    private void free(Ready<B> ready) {
        if (ready.batch == null) return;
        ready.batch.map(tensor -> {
            tensor.close();
            return tensor;
        });
    }

    /** Ends the threads and frees what waits. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) thread.interrupt();
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        for (BlockingQueue<Ready<B>> queue : queues) {
            for (Ready<B> ready; (ready = queue.poll()) != null; ) free(ready);
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
