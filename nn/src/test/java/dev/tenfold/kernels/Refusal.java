package dev.tenfold.kernels;

/** Makes one request for native memory fail, as if there were none. */
public final class Refusal {
    private Refusal() {
    }

    /** The {@code count}th request from now fails; 0: none. */
    public static void after(long count) {
        HostAllocator.get().refuse(count);
    }
}
