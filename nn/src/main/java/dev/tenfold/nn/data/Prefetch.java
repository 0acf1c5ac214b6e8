package dev.tenfold.nn.data;

import dev.tenfold.nn.data.Batch.Position;
import dev.tenfold.tensor.Tensor;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;

/** Batches made ahead by one daemon thread into a bounded queue. An error on that thread comes out of {@link #take()}. */
final class Prefetch implements AutoCloseable {
    private record Ready(Batch batch, Throwable failure) {
    }

    private final Function<Position, Batch> maker;
    private final int batchesPerEpoch;
    private final BlockingQueue<Ready> queue;
    private final Thread thread;
    private volatile boolean stopped;
    private Throwable failed;

    Prefetch(Function<Position, Batch> maker, Position from, int batchesPerEpoch, int depth) {
        this.maker = maker;
        this.batchesPerEpoch = batchesPerEpoch;
        queue = new ArrayBlockingQueue<>(depth);
        thread = Thread.ofPlatform().daemon().name("tenfold-loader").start(() -> work(from));
    }

    private void work(Position from) {
        Position at = from;
        try {
            while (!stopped) {
                put(new Ready(maker.apply(at), null));
                at = at.next(batchesPerEpoch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed: the end of this thread
        } catch (Throwable e) {
            try {
                put(new Ready(null, e));
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void put(Ready ready) throws InterruptedException {
        try {
            queue.put(ready);
        } catch (InterruptedException e) {
            free(ready);
            throw e;
        }
    }

    /** The next batch, its tensors owned by the calling thread's innermost scope. */
    Batch take() {
        if (failed == null) {
            try {
                Ready ready = queue.take();
                if (ready.batch != null) return adopt(ready.batch);
                failed = ready.failure;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Loader: interrupted while it waited for a batch", e);
            }
        }
        throw new IllegalStateException("Loader: a batch could not be made: " + failed, failed);
    }

    private static Batch adopt(Batch batch) {
        return new Batch(adopt(batch.images()), adopt(batch.labels()), batch.rows(), batch.position());
    }

    private static Tensor adopt(Tensor made) {
        Tensor own = made.detach();
        made.close();
        return own;
    }

    private static void free(Ready ready) {
        if (ready.batch == null) return;
        ready.batch.images().close();
        ready.batch.labels().close();
    }

    /** Ends the thread and frees what waits. */
    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        for (Ready ready; (ready = queue.poll()) != null; ) free(ready);
        if (interrupted) Thread.currentThread().interrupt();
    }
}
