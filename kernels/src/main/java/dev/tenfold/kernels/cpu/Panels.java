package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;

/**
 * Cuts [outer, n, inner] into dense panels [n, columns] that fit the cache, in which every line along n is a column: short
 * rows and inner dimensions then fill whole vectors. Two-byte floats are widened to f32 on the way in.
 */
final class Panels {
    /** Elements in one panel, where n allows it. */
    private static final int PANEL = 1 << 13;
    /** Bytes between the parts of a panel's memory are a multiple of this. */
    private static final long LINE = 64;

    /** One panel at work. */
    interface Body {
        void run(Panel panel);
    }

    /**
     * @param type      element type of the copies
     * @param n         length of a line
     * @param columns   lines in this panel, of the type's size each
     * @param firstLine number of the first line, counted over [outer, inner]
     * @param copies    addresses of the inputs' copies, [n, columns] each, and of one more panel
     * @param lines     addresses of two spare rows of {@code columns} elements
     */
    record Panel(DType type, long n, long columns, long firstLine, long[] copies, long[] lines) {
    }

    private final DType type;
    private final long outer;
    private final long n;
    private final long inner;
    private final long width;

    Panels(DType type, long outer, long n, long inner) {
        this.type = type;
        this.outer = outer;
        this.n = n;
        this.inner = inner;
        long lines = inner == 1 ? outer : inner;
        this.width = Math.min(lines, Math.max(64, PANEL / n / 64 * 64));
    }

    /** Runs {@code body} on every panel; afterwards the first copies are written to {@code out}, unless that is 0. */
    void run(long[] in, long out, Body body) {
        long perOuter = inner == 1 ? 1 : (inner + width - 1) / width;
        long count = inner == 1 ? (outer + width - 1) / width : outer * perOuter;
        DType wide = type.compute();
        long panel = round(n * width * wide.bytes());
        long line = round(width * wide.bytes());
        int copies = in.length + 1;
        WorkerPool.forRange(count, Math.max(1, PANEL / (n * width)), (from, to) -> {
            try (Scratch scratch = new Scratch(copies * panel + 2 * line)) {
                long[] addresses = new long[copies];
                for (int i = 0; i < copies; i++) addresses[i] = scratch.address() + i * panel;
                long[] lines = {scratch.address() + copies * panel, scratch.address() + copies * panel + line};
                for (long p = from; p < to; p++) {
                    long first = inner == 1 ? p * width : p / perOuter * inner + p % perOuter * width;
                    long columns = Math.min(width, inner == 1 ? outer - first : inner - p % perOuter * width);
                    for (int i = 0; i < in.length; i++) load(wide, in[i], first, columns, addresses[i], addresses[in.length]);
                    body.run(new Panel(wide, n, columns, first, addresses, lines));
                    if (out != 0) store(wide, addresses[0], addresses[in.length], first, columns, out);
                }
            }
        });
    }

    private static long round(long bytes) {
        return (bytes + LINE - 1) / LINE * LINE;
    }

    /** Offset of the first element of a line, in elements. */
    private long start(long line) {
        return line / inner * n * inner + line % inner;
    }

    private long[] strides() {
        return inner == 1 ? new long[] {1, n} : new long[] {inner, 1};
    }

    private void load(DType wide, long in, long first, long columns, long to, long spare) {
        long staged = wide == type ? to : spare;
        Indexing.copy(type, new long[] {n, columns}, in + start(first) * type.bytes(), strides(), staged, new long[] {columns, 1});
        if (wide != type) Reductions.convert(type, wide, n * columns, staged, to);
    }

    private void store(DType wide, long from, long spare, long first, long columns, long out) {
        if (wide != type) Reductions.convert(wide, type, n * columns, from, spare);
        long staged = wide == type ? from : spare;
        // Over the lines first where those lie apart: the target is then written in order.
        if (inner == 1) {
            Indexing.copy(type, new long[] {columns, n}, staged, new long[] {1, columns}, out + start(first) * type.bytes(), new long[] {n, 1});
        } else {
            Indexing.copy(type, new long[] {n, columns}, staged, new long[] {columns, 1}, out + start(first) * type.bytes(), strides());
        }
    }
}
