package dev.tenfold.kernels.cuda;

/** The kernels that were launched last on a stream: a kernel's error shows in a later call, which must be able to say whose it may be. */
final class LaunchLog {
    private static final int KEPT = 8;

    private final String[] kernels = new String[KEPT];
    private long launched;
    private long known;

    synchronized void add(String kernel) {
        kernels[(int) (launched++ % KEPT)] = kernel;
    }

    /** How many there were so far. */
    synchronized long count() {
        return launched;
    }

    /** The first {@code count} have ended without an error. */
    synchronized void endedWell(long count) {
        known = Math.max(known, count);
    }

    /** The kernels that may have failed, the oldest first; empty when there is none. */
    synchronized String suspects() {
        long from = Math.max(known, launched - KEPT);
        StringBuilder text = new StringBuilder();
        if (from > known) text.append(from - known).append(" others");
        for (long i = from; i < launched; i++) text.append(text.isEmpty() ? "" : ", ").append(kernels[(int) (i % KEPT)]);
        return text.toString();
    }
}
