package dev.tenfold.kernels.memory;

import dev.tenfold.kernels.MemoryStats;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** What an allocator has handed out, counted by any number of threads, and the sentence for the time when nothing is left. */
public final class Accounting {
    /** Blocks of fewer bytes are not listed as holders. */
    public static final long LARGE_HOLDER = 1 << 20;

    private final AtomicLong live = new AtomicLong();
    private final AtomicLong requested = new AtomicLong();
    private final AtomicLong handedOut = new AtomicLong();
    private final AtomicLong takenBack = new AtomicLong();
    private final AtomicLong peak = new AtomicLong();
    private final AtomicLong peakRequested = new AtomicLong();
    private volatile long refused;

    /** A block of {@code capacity} bytes was handed out to somebody who asked for {@code bytes}. */
    public void handedOut(long capacity, long bytes) {
        handedOut.incrementAndGet();
        raise(peak, live.addAndGet(capacity));
        raise(peakRequested, requested.addAndGet(bytes));
    }

    /** The block came back. */
    public void takenBack(long capacity, long bytes) {
        live.addAndGet(-capacity);
        requested.addAndGet(-bytes);
        takenBack.incrementAndGet();
    }

    private static void raise(AtomicLong peak, long now) {
        if (now > peak.get()) peak.accumulateAndGet(now, Math::max);
    }

    /** The state, for an allocator that holds {@code held} bytes after {@code systemCalls} requests to the system. */
    public MemoryStats stats(long held, long systemCalls) {
        long bytes = live.get();
        long blocks = handedOut.get();
        return new MemoryStats(bytes, blocks - takenBack.get(), held - bytes, peak.get(), systemCalls, requested.get(), peakRequested.get(), blocks);
    }

    /** Starts the peaks anew from what is live now. */
    public void resetPeak() {
        peak.set(live.get());
        peakRequested.set(requested.get());
    }

    /** Lets one request, the {@code count}th from now, fail as if no memory were left; 0: none. For tests. */
    public void refuse(long count) {
        refused = count == 0 ? 0 : handedOut.get() + count;
    }

    /** Whether the request that comes now is the one to {@link #refuse}. */
    public boolean refusesNow() {
        if (refused == 0 || handedOut.get() + 1 < refused) return false;
        refused = 0;
        return true;
    }

    /**
     * Says what is missing and who holds what: {@code out of WHAT memory: asked for … while … of LIMIT are live …}.
     *
     * @param holders the largest blocks, in bytes
     */
    public String exhausted(String what, long bytes, long limit, List<Long> holders) {
        String largest = holders.stream().map(Accounting::mebibytes).collect(Collectors.joining(", "));
        return "out of " + what + " memory: asked for " + mebibytes(bytes) + " while " + mebibytes(live.get()) + " of " + mebibytes(limit)
                + " are live in " + (handedOut.get() - takenBack.get()) + " blocks; the largest: "
                + (largest.isEmpty() ? "none of 1 MiB or more" : largest) + ". Close tensors or scopes earlier, use smaller batches, or ";
    }

    /** A number of bytes for people. */
    public static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
