package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;

/** Sums, sums of squares and extremes of dense rows of f32 or f64. */
final class RowReductions {
    /** A long row is cut into pieces of this many elements, whose results are combined pairwise. */
    private static final int PIECE = 1 << 14;
    /** Elements of one chunk: below about 100 K the work is done before another thread wakes up. */
    private static final int CHUNK = 1 << 17;

    private RowReductions() {
    }

    static void reduce(Kind kind, DType type, long in, long outer, long n, long out) {
        if (n > PIECE) {
            longRows(kind, type, in, outer, n, out);
            return;
        }
        boolean isShort = n < (type == DType.F32 ? RowLoops.SHORT_32 : RowLoops.SHORT_64);
        // A short row pays for its start more than for its elements.
        WorkerPool.forRange(outer, Math.max(1, CHUNK / (isShort ? 4 * n + 16 : n)), (from, to) -> {
            if (isShort && kind == Kind.SUM) shortSums(type, in, from, to, (int) n, out);
            else rows(kind, type, in + from * n * type.bytes(), to - from, (int) n, out + from * type.bytes());
        });
    }

    private static void longRows(Kind kind, DType type, long in, long outer, long n, long out) {
        int bytes = type.bytes();
        long pieces = (n + PIECE - 1) / PIECE;
        try (Scratch partial = new Scratch(outer * pieces * bytes)) {
            // Long runs keep the memory streaming: 16 M floats in chunks of 2 M take 10 % less time than in chunks of 128 K.
            WorkerPool.forRange(outer * pieces, Math.max(CHUNK / PIECE, outer * pieces / 8), (from, to) -> {
                for (long p = from; p < to; ) {
                    long start = p % pieces * PIECE;
                    long whole = Math.min(to - p, (n - start) / PIECE);
                    long at = in + (p / pieces * n + start) * bytes;
                    long partials = partial.address() + p * bytes;
                    if (whole > 0) rows(kind, type, at, whole, PIECE, partials);
                    else rows(kind, type, at, 1, (int) (n - start), partials);
                    p += Math.max(1, whole);
                }
            });
            Kind rest = kind == Kind.SUM_SQUARES ? Kind.SUM : kind;
            for (long o = 0; o < outer; o++) {
                combine(rest, type, partial.address() + o * pieces * bytes, pieces);
                Memory.copy(partial.address() + o * pieces * bytes, out + o * bytes, bytes);
            }
        }
    }

    /** Few elements in order, without a call for each row. */
    private static void shortSums(DType type, long in, long from, long to, int n, long out) {
        if (type == DType.F32) {
            long at = in + 4 * from * n;
            for (long o = from; o < to; o++) {
                float sum = 0;
                for (int k = 0; k < n; k++) sum += Memory.getFloat(at + 4L * k);
                Memory.putFloat(out + 4 * o, sum);
                at += 4L * n;
            }
        } else {
            long at = in + 8 * from * n;
            for (long o = from; o < to; o++) {
                double sum = 0;
                for (int k = 0; k < n; k++) sum += Memory.getDouble(at + 8L * k);
                Memory.putDouble(out + 8 * o, sum);
                at += 8L * n;
            }
        }
    }

    /** {@code rows} rows of {@code n} elements, at most {@link #PIECE}, one after another. */
    private static void rows(Kind kind, DType type, long at, long rows, int n, long out) {
        RowLoops loops = RowLoops.CHOSEN;
        long step = (long) n * type.bytes();
        if (type == DType.F32) {
            switch (kind) {
                case SUM -> loops.sums32(at, n, rows, out);
                case SUM_SQUARES -> {
                    for (long r = 0; r < rows; r++) Memory.putFloat(out + 4 * r, loops.sumSquares32(at + r * step, n));
                }
                case MAX -> {
                    for (long r = 0; r < rows; r++) Memory.putFloat(out + 4 * r, loops.max32(at + r * step, n));
                }
                default -> {
                    for (long r = 0; r < rows; r++) Memory.putFloat(out + 4 * r, loops.min32(at + r * step, n));
                }
            }
        } else {
            switch (kind) {
                case SUM -> {
                    for (long r = 0; r < rows; r++) Memory.putDouble(out + 8 * r, loops.sum64(at + r * step, n));
                }
                case SUM_SQUARES -> {
                    for (long r = 0; r < rows; r++) Memory.putDouble(out + 8 * r, loops.sumSquares64(at + r * step, n));
                }
                case MAX -> {
                    for (long r = 0; r < rows; r++) Memory.putDouble(out + 8 * r, loops.max64(at + r * step, n));
                }
                default -> {
                    for (long r = 0; r < rows; r++) Memory.putDouble(out + 8 * r, loops.min64(at + r * step, n));
                }
            }
        }
    }

    /** Combines partial results pairwise in place; the first slot gets the result. */
    private static void combine(Kind kind, DType type, long at, long count) {
        for (long width = 1; width < count; width *= 2) {
            for (long i = 0; i + width < count; i += 2 * width) {
                if (type == DType.F32) {
                    long to = at + 4 * i;
                    Memory.putFloat(to, ScalarRowLoops.join32(kind, Memory.getFloat(to), Memory.getFloat(to + 4 * width)));
                } else {
                    long to = at + 8 * i;
                    Memory.putDouble(to, ScalarRowLoops.join64(kind, Memory.getDouble(to), Memory.getDouble(to + 8 * width)));
                }
            }
        }
    }
}
