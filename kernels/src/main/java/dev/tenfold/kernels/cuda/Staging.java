package dev.tenfold.kernels.cuda;

/** A device's rings of pinned chunks. Pinned memory is taken when it is first needed and kept: taking it is slow. */
final class Staging {
    /** Many small copies may be under way at once; few large ones keep the bus busy. */
    static final int SMALL_CHUNKS = 64;
    static final long SMALL_BYTES = 32 << 10;
    static final int LARGE_CHUNKS = 4;
    static final long LARGE_BYTES = 4 << 20;

    private final StagingRing small;
    private final StagingRing large;
    private final StagingRing down;
    private final StagingRing smallDown;

    Staging(CudaDevice device) {
        small = new StagingRing(device, SMALL_CHUNKS, SMALL_BYTES);
        large = new StagingRing(device, LARGE_CHUNKS, LARGE_BYTES);
        smallDown = new StagingRing(device, 1, SMALL_BYTES);
        down = new StagingRing(device, 2, LARGE_BYTES);
    }

    /** For a copy of {@code bytes} bytes to the device. */
    StagingRing toDevice(long bytes) {
        return bytes <= SMALL_BYTES ? small : large;
    }

    /** For a copy of {@code bytes} bytes to the host, which is waited for under the ring's lock. */
    StagingRing toHost(long bytes) {
        return bytes <= SMALL_BYTES ? smallDown : down;
    }
}
