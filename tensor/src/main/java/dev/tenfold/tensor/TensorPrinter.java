package dev.tenfold.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Renders tensors for people, in NumPy's manner: {@code Tensor(f32 [2, 2])} and the values in brackets, columns aligned on
 * the right. Of tensors above {@link #WHOLE} elements each dimension shows its first and last {@link #EDGE}, fewer where the
 * rank is high, with "…" between, so that the text stays within some twenty thousand characters.
 */
final class TensorPrinter {
    private static final int WHOLE = 1000;
    private static final int EDGE = 3;
    private static final int LINE = 100;

    private final Tensor t;
    private final int[][] shown; // per dimension the positions that appear, -1 for "…"
    private final NumberFormat format;
    private final StringBuilder out = new StringBuilder();

    private TensorPrinter(Tensor t) {
        this.t = t;
        this.shown = choose(t.shape());
        List<Long> offsets = new ArrayList<>();
        collect(offsets, 0, 0);
        this.format = NumberFormat.of(t.dtype(), offsets.stream().mapToLong(o -> t.address() + o * t.dtype().bytes()).toArray());
    }

    static String print(Tensor t) {
        return t.device() == Device.CPU ? print(t, "") : TensorReader.fromDevice(t, host -> print(host, " on " + t.device()));
    }

    private static String print(Tensor t, String place) {
        String head = "Tensor(" + t.dtype() + " " + t.shape() + place + ")";
        if (t.elements() == 0) return head + " []";
        TensorPrinter printer = new TensorPrinter(t);
        if (t.rank() == 0) return head + " " + printer.format.text(t.address()).strip();
        printer.append(0, 0);
        String body = printer.out.toString();
        boolean fits = t.rank() == 1 && head.length() + 1 + body.length() <= LINE;
        return head + (fits ? " " : "\n") + body;
    }

    /** Which positions of each dimension appear: all, or ever fewer until at most {@link #WHOLE} elements are left. */
    private static int[][] choose(Shape shape) {
        int rank = shape.rank();
        int[][] positions = new int[rank][];
        if (shape.elements() <= WHOLE) {
            for (int d = 0; d < rank; d++) positions[d] = positions(shape.size(d), Integer.MAX_VALUE, 0);
            return positions;
        }
        for (int edge = EDGE; edge >= 1; edge--) {
            for (int d = 0; d < rank; d++) positions[d] = positions(shape.size(d), edge, edge);
            if (count(positions) <= WHOLE) return positions;
        }
        for (int d = 0; d < rank && count(positions) > WHOLE; d++) positions[d] = positions(shape.size(d), 1, 0);
        return positions;
    }

    private static long count(int[][] positions) {
        double product = 1;
        for (int[] some : positions) {
            int values = 0;
            for (int p : some) if (p != -1) values++;
            product *= values;
        }
        return (long) Math.min(product, Long.MAX_VALUE);
    }

    /** {@code head} positions from the front and {@code tail} from the end (counted as -2, -3, …), or all of so few. */
    private static int[] positions(long size, int head, int tail) {
        if (size <= (long) head + tail) {
            int[] all = new int[(int) size];
            for (int i = 0; i < all.length; i++) all[i] = i;
            return all;
        }
        int[] some = new int[head + 1 + tail];
        for (int i = 0; i < head; i++) some[i] = i;
        some[head] = -1;
        for (int i = 0; i < tail; i++) some[head + 1 + i] = -1 - (tail - i);
        return some;
    }

    private long step(int dimension, int position) {
        long index = position >= 0 ? position : t.size(dimension) + position + 1;
        return index * t.layout().stride(dimension);
    }

    private void collect(List<Long> offsets, int dimension, long offset) {
        if (dimension == t.rank()) {
            offsets.add(offset);
            return;
        }
        for (int p : shown[dimension]) if (p != -1) collect(offsets, dimension + 1, offset + step(dimension, p));
    }

    /** Appends the brackets of {@code dimension}; {@code offset} is the first element's. */
    private void append(int dimension, long offset) {
        boolean innermost = dimension == t.rank() - 1;
        out.append('[');
        int lineStart = out.lastIndexOf("\n") + 1;
        int[] positions = shown[dimension];
        for (int i = 0; i < positions.length; i++) {
            if (i > 0 && innermost) {
                out.append(',');
                if (out.length() - lineStart + 1 + format.width() > LINE) {
                    breakLine(1, dimension);
                    lineStart = out.lastIndexOf("\n") + 1;
                } else {
                    out.append(' ');
                }
            } else if (i > 0) {
                out.append(',');
                breakLine(t.rank() - 1 - dimension, dimension);
            }
            if (positions[i] == -1) out.append('…');
            else if (innermost) out.append(format.text(t.address() + (offset + step(dimension, positions[i])) * t.dtype().bytes()));
            else append(dimension + 1, offset + step(dimension, positions[i]));
        }
        out.append(']');
    }

    /** Starts a new line, with empty ones between blocks of higher dimensions, indented below the open brackets. */
    private void breakLine(int lines, int dimension) {
        out.repeat('\n', lines).repeat(' ', dimension + 1);
    }
}
