package dev.tenfold.methods.cli;

import dev.tenfold.methods.report.Claim;
import dev.tenfold.methods.report.Numbers;
import dev.tenfold.methods.report.Study;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** What a finished run prints: its claims, and where the rest is. */
final class Summary {
    private Summary() {
    }

    static void print(PrintStream out, Study study, Path page) {
        long held = study.claims().stream().filter(Claim::holds).count();
        out.printf(Locale.ROOT, "%s: %d of %d claims hold at scale %s (%.1f s)%n", study.method(), held, study.claims().size(),
                study.settings().scale(), study.wallSeconds());
        for (Claim claim : study.claims()) {
            out.printf("  %s  %s%n           %s%n", claim.holds() ? "holds   " : "does not", claim.statement(), numbers(claim));
        }
        out.println("report: " + page);
    }

    private static String numbers(Claim claim) {
        StringBuilder line = new StringBuilder("measured " + Numbers.readable(claim.measured()));
        if (!Double.isNaN(claim.baseline())) line.append(", baseline ").append(Numbers.readable(claim.baseline()));
        if (!Double.isNaN(claim.paperValue())) line.append(", paper ").append(Numbers.readable(claim.paperValue()));
        return line.toString();
    }
}
