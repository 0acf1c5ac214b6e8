package dev.tenfold.methods.cli;

import dev.tenfold.kernels.OutOfMemory;
import dev.tenfold.methods.DataException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Failures in a sentence that says what to do. */
final class Failure {
    private Failure() {
    }

    static String sentence(Throwable failure) {
        return switch (failure) {
            case DataException e -> ended(e.getMessage());
            case OutOfMemory e -> e.getMessage();
            case ExceptionInInitializerError e when e.getCause() != null -> sentence(e.getCause());
            case OutOfMemoryError e -> "Java's heap of " + Runtime.getRuntime().maxMemory() / (1 << 20)
                    + " MiB is full. Give it more, for example with TENFOLD_JAVA_OPTIONS=-Xmx8g.";
            case NoSuchFileException e -> e.getFile() + " does not exist.";
            case AccessDeniedException e -> e.getFile() + " may not be read or written by this user. Change its permissions or name another.";
            case IOException e when diskFull(e) -> "the disk is full" + file(e) + ". Free some space, or name another --out, and run again.";
            case FileSystemException e -> e.getFile() + ": " + (e.getReason() == null ? "it cannot be read or written" : e.getReason()) + ".";
            case IOException e -> ended(String.valueOf(e.getMessage()));
            default -> "failed unexpectedly: " + failure.getClass().getSimpleName()
                    + (failure.getMessage() == null ? "" : ": " + failure.getMessage())
                    + ". Run again with --verbose to see where; please report it.";
        };
    }

    private static String ended(String sentence) {
        return sentence.endsWith(".") ? sentence : sentence + ".";
    }

    private static boolean diskFull(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
        return text.contains("no space left") || text.contains("not enough space") || text.contains("disk quota exceeded");
    }

    private static String file(IOException e) {
        return e instanceof FileSystemException f && f.getFile() != null ? " (" + f.getFile() + ")" : "";
    }
}
