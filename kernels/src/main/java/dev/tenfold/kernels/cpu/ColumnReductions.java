package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;

/**
 * Sums, sums of squares and extremes over the middle dimension of dense [outer, n, inner] of f32 or f64, inner above 1.
 * Blocks of rows are folded in order; the blocks' results are folded the same way, and so on.
 */
final class ColumnReductions {
    /** Rows in one block. */
    private static final int ROWS = 256;
    /** Columns in one piece of work. */
    private static final int COLUMNS = 1024;
    /** Rows narrower than this are read several at once, as one row. */
    private static final int NARROW = 256;
    private static final int CHUNK = 1 << 17;

    private ColumnReductions() {
    }

    static void reduce(Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        long together = together(inner);
        if (inner < NARROW && n >= 2 * together) narrow(kind, type, in, outer, n, inner, together, out);
        else fold(kind, type, in, n * inner, outer, n, inner, out);
    }

    /** How many narrow rows make one wide row: a power of two. */
    private static long together(long inner) {
        long rows = 1;
        while (rows * inner < NARROW) rows *= 2;
        return rows;
    }

    /** Folds n rows of {@code width} elements for each outer index, whose first elements are {@code outerStep} elements apart. */
    private static void fold(Kind kind, DType type, long in, long outerStep, long outer, long n, long width, long out) {
        long blocks = (n + ROWS - 1) / ROWS;
        if (blocks == 1) {
            foldBlocks(kind, type, in, outerStep, outer, n, width, out);
            return;
        }
        try (Scratch partial = new Scratch(outer * blocks * width * type.bytes())) {
            foldBlocks(kind, type, in, outerStep, outer, n, width, partial.address());
            fold(rest(kind), type, partial.address(), blocks * width, outer, blocks, width, out);
        }
    }

    /** What combines partial results. */
    private static Kind rest(Kind kind) {
        return kind == Kind.SUM_SQUARES ? Kind.SUM : kind;
    }

    private static void foldBlocks(Kind kind, DType type, long in, long outerStep, long outer, long n, long width, long partial) {
        int bytes = type.bytes();
        long blocks = (n + ROWS - 1) / ROWS;
        long pieces = (width + COLUMNS - 1) / COLUMNS;
        long grain = Math.max(1, CHUNK / (Math.min(n, ROWS) * Math.min(width, COLUMNS)));
        WorkerPool.forRange(outer * blocks * pieces, grain, (from, to) -> {
            for (long p = from; p < to; p++) {
                long block = p / pieces;
                long column = p % pieces * COLUMNS;
                long row = block % blocks * ROWS;
                long at = in + (block / blocks * outerStep + row * width + column) * bytes;
                fold(kind, type, at, Math.min(ROWS, n - row), width * bytes, (int) Math.min(COLUMNS, width - column),
                        partial + (block * width + column) * bytes);
            }
        });
    }

    private static void fold(Kind kind, DType type, long at, long rows, long stride, int columns, long to) {
        if (type == DType.F32) RowLoops.CHOSEN.fold32(kind, at, rows, stride, columns, to);
        else RowLoops.CHOSEN.fold64(kind, at, rows, stride, columns, to);
    }

    /** Reads {@code together} rows as one wide row, folds the wide rows, and then the parts of the result in halves. */
    private static void narrow(Kind kind, DType type, long in, long outer, long n, long inner, long together, long out) {
        int bytes = type.bytes();
        long wideRows = n / together;
        long width = together * inner;
        try (Scratch wide = new Scratch(2 * outer * width * bytes)) {
            fold(kind, type, in, n * inner, outer, wideRows, width, wide.address());
            long spare = wide.address() + outer * width * bytes;
            WorkerPool.forRange(outer, Math.max(1, CHUNK / (4 * width)), (from, to) -> {
                for (long o = from; o < to; o++) {
                    long sum = wide.address() + o * width * bytes;
                    int left = (int) ((n - wideRows * together) * inner);
                    if (left > 0) {
                        long last = spare + o * width * bytes;
                        fold(kind, type, in + (o * n + wideRows * together) * inner * bytes, 1, 0, left, last);
                        fold(rest(kind), type, sum, 2, last - sum, left, sum);
                    }
                    for (long half = together / 2; half > 0; half /= 2) {
                        fold(rest(kind), type, sum, 2, half * inner * bytes, (int) (half * inner), sum);
                    }
                    Memory.copy(sum, out + o * inner * bytes, inner * bytes);
                }
            });
        }
    }
}
