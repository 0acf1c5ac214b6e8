package dev.tenfold.jmh.gpu;

/** A row that Tenfold has nothing for yet; the message says what. */
final class Missing extends RuntimeException {
    private static final long serialVersionUID = 1;

    Missing(String message) {
        super(message);
    }
}
