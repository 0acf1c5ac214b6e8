package dev.tenfold.methods;

/** The data that the user gave cannot be used. The message says which file, what is wrong with it and what would be right. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }
}
