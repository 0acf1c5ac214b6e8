package dev.tenfold.methods.cli;

import java.io.PrintStream;
import java.io.PrintWriter;

/**
 * What the user sees: results on one stream, messages and progress on another.
 *
 * @param columns the width of the terminal that {@code err} goes to, 0 when it is none
 */
record Screen(PrintStream out, PrintStream err, int columns) {
    static final String ERASE_LINE = "\r\u001b[2K";

    /** This process's streams. The launcher says whether stderr is a terminal; without it Java's own guess serves. */
    static Screen ofProcess() {
        boolean guess = System.console() != null && System.console().isTerminal();
        return new Screen(System.out, System.err, Integer.getInteger("tenfold.columns", guess ? 80 : 0));
    }

    PrintWriter outWriter() {
        return new PrintWriter(out, true);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true);
    }

    /** Whether {@code err} is a terminal. */
    boolean terminal() {
        return columns > 0;
    }

    /** One message; a bar that stands on the line gives way. */
    void say(String line) {
        err.println(terminal() ? ERASE_LINE + line : line);
    }

    /** Says in one sentence what went wrong; the stack trace only for those who asked. */
    void fail(String what, Throwable failure, boolean verbose) {
        say(what + ": " + Failure.sentence(failure));
        if (verbose) failure.printStackTrace(err);
    }
}
