package dev.tenfold.tensor;

import dev.tenfold.kernels.Block;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The safety net under tensors that belong to no scope: when one becomes unreachable without having been closed, its memory
 * is given back, and with {@code -Dtenfold.leaks=trace} the place where it was made is printed
 * ({@code -Dtenfold.leaks=count} only counts).
 */
final class Ownership {
    private static final String MODE = System.getProperty("tenfold.leaks", "off");
    static final boolean TRACE = MODE.equals("trace");
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicLong LEAKED = new AtomicLong();

    private Ownership() {
    }

    /** The release of one tensor's memory, by hand or by the cleaner, whichever is first. */
    private static final class Net implements Runnable {
        private final Block block;
        private final String what;
        private final Throwable made;
        private final AtomicBoolean done = new AtomicBoolean();

        Net(Block block, String what, Throwable made) {
            this.block = block;
            this.what = what;
            this.made = made;
        }

        @Override
        public void run() {
            if (!done.compareAndSet(false, true)) return;
            LEAKED.incrementAndGet();
            try {
                report();
            } finally {
                block.release();
            }
        }

        private void report() {
            if (!TRACE) return;
            System.getLogger("dev.tenfold").log(System.Logger.Level.WARNING,
                    "leaked tensor " + what + ": never closed and in no scope; it was made here", made);
        }
    }

    static void watch(Tensor tensor) {
        if (tensor.net != null || !tensor.holdsMemory()) return;
        Net net = new Net(tensor.storage.block, tensor.dtype() + " " + tensor.shape(), tensor.made);
        tensor.net = () -> {
            if (net.done.compareAndSet(false, true)) net.block.release();
        };
        tensor.watch = CLEANER.register(tensor, net);
    }

    /** How many tensors the safety net had to free so far. */
    static long leaked() {
        return LEAKED.get();
    }
}
