package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import dev.tenfold.kernels.expr.PreparedRun;

/**
 * Reductions of rows whose elements are computed into the cache, piece by piece, just before they are reduced: by the tree of
 * {@link RowReductions}, so with its bits.
 */
final class ComputedReductions {
    /** Pieces of work at which another thread pays. */
    private static final int PIECES = 2;

    private ComputedReductions() {
    }

    static void reduce(Kind kind, DType type, PreparedRun values, long outer, long n, long out) {
        if (n > RowReductions.PIECE) longRows(kind, type, values, outer, n, out);
        else shortRows(kind, type, values, outer, (int) n, out);
    }

    private static void longRows(Kind kind, DType type, PreparedRun values, long outer, long n, long out) {
        int bytes = type.bytes();
        long pieces = (n + RowReductions.PIECE - 1) / RowReductions.PIECE;
        try (Scratch partial = new Scratch(outer * pieces * bytes)) {
            WorkerPool.forRange(outer * pieces, PIECES, (from, to) -> {
                try (Scratch block = new Scratch((long) RowReductions.PIECE * bytes)) {
                    for (long p = from; p < to; p++) {
                        long start = p % pieces * RowReductions.PIECE;
                        int count = (int) Math.min(RowReductions.PIECE, n - start);
                        values.run(p / pieces * n + start, count, block.address());
                        RowReductions.rows(kind, type, block.address(), 1, count, partial.address() + p * bytes);
                    }
                }
            });
            RowReductions.combineRows(kind, type, partial.address(), outer, pieces, out);
        }
    }

    private static void shortRows(Kind kind, DType type, PreparedRun values, long outer, int n, long out) {
        int bytes = type.bytes();
        long together = Math.max(1, RowReductions.PIECE / n);
        WorkerPool.forRange(outer, together * PIECES, (from, to) -> {
            try (Scratch block = new Scratch((long) RowReductions.PIECE * bytes)) {
                for (long row = from; row < to; row += together) {
                    long rows = Math.min(together, to - row);
                    values.run(row * n, (int) (rows * n), block.address());
                    RowReductions.wholeRows(kind, type, block.address(), rows, n, out + row * bytes);
                }
            }
        });
    }
}
