package dev.tenfold.kernels;

/** No memory is left on the host or on a device, even after the cache was given back. The message lists the largest holders. */
public final class OutOfMemory extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public OutOfMemory(String message) {
        super(message);
    }
}
