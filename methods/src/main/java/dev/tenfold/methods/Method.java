package dev.tenfold.methods;

import java.io.IOException;
import java.util.List;

/** One of the ten published methods, as {@code tenfold run} runs it. It has no state: everything is in the {@link Run}. */
public interface Method {
    /** What the user types: one lower-case word. */
    String name();

    /** The heading of its report. */
    String title();

    /** The paper: authors, title, where, year. */
    String paper();

    /**
     * What it computes with beside element-wise operations, views and reductions, as the catalogue of operations names them: a device that lacks one of
     * them cannot run the method.
     */
    List<String> operations();

    /**
     * Does the whole study and leaves its metrics, claims, plots and text in {@code run}.
     *
     * @throws IOException      when the data cannot be read or the results not written
     * @throws Run.Stopped      when the user asked to stop
     * @throws DataException    when the data is not what it should be
     */
    void run(Run run) throws IOException;
}
