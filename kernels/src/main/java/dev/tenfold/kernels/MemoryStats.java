package dev.tenfold.kernels;

/**
 * The state of an allocator's accounting. What a piece of work takes is the difference of two states: a training step that repeats itself
 * has {@code allocations}, but no {@code systemCalls}.
 *
 * @param liveBytes          bytes in blocks that are handed out, as they are rounded up
 * @param liveBlocks         how many blocks are handed out
 * @param cachedBytes        bytes that were taken from the system or the driver and wait to be handed out
 * @param peakBytes          the highest {@code liveBytes} since the start or the last reset of the peak
 * @param systemCalls        how often fresh memory was taken from the system or the driver
 * @param requestedBytes     bytes that were asked for, in the blocks that are handed out: the live set
 * @param peakRequestedBytes the highest {@code requestedBytes} since the start or the last reset of the peak
 * @param allocations        how many blocks were handed out since the start
 */
public record MemoryStats(long liveBytes, long liveBlocks, long cachedBytes, long peakBytes, long systemCalls, long requestedBytes,
                          long peakRequestedBytes, long allocations) {
    /** Bytes taken and not given back: live and cached. On the host, what is resident may be a huge page more. */
    public long heldBytes() {
        return liveBytes + cachedBytes;
    }
}
