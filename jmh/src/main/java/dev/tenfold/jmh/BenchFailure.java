package dev.tenfold.jmh;

/** A benchmark that did not give a number; its message says which and why. */
public final class BenchFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public BenchFailure(String message) {
        super(message);
    }
}
