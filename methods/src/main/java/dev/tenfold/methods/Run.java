package dev.tenfold.methods;

import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Plot;
import dev.tenfold.methods.report.Table;
import java.nio.file.Path;
import java.util.Optional;

/** What a method is told by the command line, and where it leaves what it finds. */
public interface Run {
    /** How large the experiments are. */
    enum Scale {
        /** Minutes on two cores. */
        SMALL,
        /** The paper's size, for a large machine. */
        FULL
    }

    /** The user asked to stop (Ctrl-C). Thrown by {@link Run#progress}'s steps; nothing needs to be cleaned up but what the method opened. */
    final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Stopped() {
            super("stopped");
        }
    }

    /** One piece of work with a known number of steps: a bar on a terminal, plain lines otherwise. */
    interface Progress extends AutoCloseable {
        /** One step done. @throws Stopped when the user asked to stop */
        void step();

        /** One step done, with what to show beside the bar, such as {@code loss 0.31}. @throws Stopped when the user asked to stop */
        void step(String state);

        @Override
        void close();
    }

    Scale scale();

    /** The seed from which every random choice follows. */
    long seed();

    /** The folder that {@code --data} named, if any; without it a method makes its data from the seed. */
    Optional<Path> data();

    /** The method's own folder for results, {@code OUT/METHOD}. It exists. */
    Path folder();

    /** Starts a piece of work of {@code steps} steps. */
    Progress progress(String what, long steps);

    /** Says in one line what data was used: it goes to {@code metrics.json} and the report. */
    void describeData(String description);

    /** A number for {@code metrics.json}. Names are lower case with dots and underscores, such as {@code spirals.sl.error_400}. */
    void metric(String name, double value);

    /** A claim of the paper with what was measured here. */
    void claim(Claim claim);

    /** A heading of the report; what follows belongs under it. */
    void section(String title);

    /** A paragraph of the report: plain text. */
    void text(String paragraph);

    /** A table of the report. */
    void table(Table table);

    /** A plot: {@code folder/FILE.png}, and in the report. */
    void plot(String file, Plot plot);
}
