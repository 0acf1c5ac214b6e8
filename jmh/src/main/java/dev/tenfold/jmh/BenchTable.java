package dev.tenfold.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The results as a table for a terminal. */
public final class BenchTable {
    private static final String[] HEADINGS = {"benchmark", "size", "ours", "throughput", "of roof"};
    private static final String[] PEER_HEADINGS = {"PyTorch", "speed vs PyTorch"};

    private BenchTable() {
    }

    static String render(List<Measurement> measurements, Roof roof, boolean peers) {
        List<String[]> rows = new ArrayList<>();
        rows.add(peers ? join(HEADINGS, PEER_HEADINGS) : HEADINGS);
        for (Measurement m : measurements) rows.add(row(m, roof, peers));
        return align(rows);
    }

    /** Lines of equally many cells, in columns: the first two left, numbers right. */
    public static String align(List<String[]> rows) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) widths[i] = Math.max(widths[i], row[i].length());
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) line.append(pad(row[i], widths[i], i > 1)).append("  ");
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    static String describe(Roof roof) {
        return "roofs: " + Work.digits(roof.cacheGigabytes()) + " GB/s add in the first-level cache, "
                + Work.digits(roof.memoryGigabytes()) + " GB/s copy in memory, "
                + (roof.gigaflops() > 0 ? Work.digits(roof.gigaflops()) + " GFLOP/s sgemm" : "sgemm not measured");
    }

    /** A time in the unit that shows three digits or so. */
    public static String time(double seconds) {
        if (Double.isNaN(seconds)) return "-";
        if (seconds < 1e-6) return Work.digits(seconds * 1e9) + " ns";
        if (seconds < 1e-3) return Work.digits(seconds * 1e6) + " us";
        if (seconds < 1) return Work.digits(seconds * 1e3) + " ms";
        return Work.digits(seconds) + " s";
    }

    private static String[] row(Measurement m, Roof roof, boolean peers) {
        BenchCase c = m.row();
        double ours = m.ourMedian();
        double share = roof.share(c.work(), ours);
        String[] own = {c.title(), c.size(), time(ours), Double.isNaN(ours) ? "-" : c.work().describe(ours),
                Double.isFinite(share) ? String.format(Locale.ROOT, "%.0f %%", 100 * share) : "-"};
        if (!peers) return own;
        double speed = m.speedAgainstPeer();
        return join(own, time(m.peerMedian()), Double.isNaN(speed) ? "-" : String.format(Locale.ROOT, "%.2f x", speed));
    }

    private static String[] join(String[] first, String... second) {
        String[] all = java.util.Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    private static String pad(String text, int width, boolean right) {
        String space = " ".repeat(width - text.length());
        return right ? space + text : text + space;
    }
}
