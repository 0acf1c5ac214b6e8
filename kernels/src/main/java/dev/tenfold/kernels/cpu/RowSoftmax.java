package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.cpu.Reductions.Kind;

/**
 * Softmax, its logarithm, log-sum-exp and the gradients of dense rows of f32 or f64. A row is one visit; one that leaves the nearest cache
 * is cut into pieces, each with a maximum of its own, which are joined before a second visit.
 */
final class RowSoftmax {
    /** Elements of a piece: with its exponentials it fits the first two caches. */
    private static final int PIECE = 1 << 13;
    /** Elements of a chunk of work, at least. */
    private static final int CHUNK = 1 << 13;
    /** Chunks, at most: each opens scratch memory. */
    private static final int CHUNKS = 64;
    /** Bytes of the two numbers that are known of a piece or of a row. */
    private static final int PAIR = 16;

    private final DType type;
    private final LineLoops loops;
    private final long rows;
    private final long n;
    private final long pieces;

    RowSoftmax(DType type, long rows, long n) {
        this.type = type;
        this.loops = LineLoops.of(type);
        this.rows = rows;
        this.n = n;
        this.pieces = (n + PIECE - 1) / PIECE;
    }

    /** A visit of the {@code size} elements from byte {@code at} on. */
    private interface Visit {
        /** {@code pair} and {@code whole} are the addresses of the piece's and the row's numbers. */
        void run(long at, int size, long pair, long whole);
    }

    /** Makes a row's numbers at {@code whole} of those of its pieces behind it. */
    private interface Join {
        void run(long whole);
    }

    /** A first visit of all pieces of a row, the join of what they found, and a second visit. */
    private void visitTwice(Visit first, Join join, Visit second) {
        try (Scratch pairs = new Scratch(rows * (pieces + 1) * PAIR)) {
            visit(pairs.address(), first);
            for (long row = 0; row < rows; row++) join.run(whole(pairs.address(), row));
            visit(pairs.address(), second);
        }
    }

    private long rowsPerChunk() {
        return Math.max(Math.max(1, CHUNK / n), rows / CHUNKS);
    }

    private long whole(long pairs, long row) {
        return pairs + row * (pieces + 1) * PAIR;
    }

    private void visit(long pairs, Visit body) {
        WorkerPool.forRange(rows * pieces, Math.max(1, rows * pieces / CHUNKS), (from, to) -> {
            for (long i = from; i < to; i++) {
                long piece = i % pieces;
                long whole = whole(pairs, i / pieces);
                int size = (int) Math.min(PIECE, n - piece * PIECE);
                body.run((i / pieces * n + piece * PIECE) * type.bytes(), size, whole + (piece + 1) * PAIR, whole);
            }
        });
    }

    /** The largest of all pieces, and the sum of their exponentials below it. */
    private void joinExponentials(long whole) {
        double max = Memory.getDouble(whole + PAIR);
        for (long p = 2; p <= pieces; p++) max = Math.max(max, Memory.getDouble(whole + p * PAIR));
        double sum = 0;
        for (long p = 1; p <= pieces; p++) {
            sum += Memory.getDouble(whole + p * PAIR + 8) * below(Memory.getDouble(whole + p * PAIR), max);
        }
        Memory.putDouble(whole, max);
        Memory.putDouble(whole + 8, sum);
    }

    /** {@code exp(own - max)}; NaN when both are the same infinity. */
    private static double below(double own, double max) {
        double t = own - max;
        return t == 0 ? 1 : StrictMath.exp(t);
    }

    private void joinSums(long whole) {
        double sum = 0;
        for (long p = 1; p <= pieces; p++) sum += Memory.getDouble(whole + p * PAIR);
        Memory.putDouble(whole, sum);
    }

    private void exponentials(long x, int size, long pair, long y) {
        double max = loops.max(x, size);
        Memory.putDouble(pair, max);
        Memory.putDouble(pair + 8, loops.exp(x, size, max, y));
    }

    void forward(boolean log, long in, long out) {
        if (pieces == 1) {
            WorkerPool.forRange(rows, rowsPerChunk(), (from, to) -> {
                for (long row = from; row < to; row++) forwardRow(log, in + row * n * type.bytes(), out + row * n * type.bytes());
            });
            return;
        }
        visitTwice((at, size, pair, whole) -> exponentials(in + at, size, pair, out + at), this::joinExponentials, (at, size, pair, whole) ->
                finishForward(log, in + at, size, Memory.getDouble(pair), Memory.getDouble(whole), Memory.getDouble(whole + 8), out + at));
    }

    private void forwardRow(boolean log, long x, long y) {
        double max = loops.max(x, (int) n);
        double sum = loops.exp(x, (int) n, max, y);
        finishForward(log, x, (int) n, max, max, sum * below(max, max), y);
    }

    /** {@code own} is the largest of the piece, {@code max} of the row. Rows of -infinity give NaN, as 0 / 0 would. */
    private void finishForward(boolean log, long x, int size, double own, double max, double sum, long y) {
        if (log) loops.affine(x, size, max, 1, -StrictMath.log(sum), y);
        else loops.scale(y, size, below(own, max) / sum);
    }

    void gradient(boolean log, long y, long g, long out) {
        if (pieces == 1) {
            int bytes = type.bytes();
            WorkerPool.forRange(rows, rowsPerChunk(), (from, to) -> {
                for (long at = from * n * bytes; at < to * n * bytes; at += n * bytes) {
                    finishGradient(log, y + at, g + at, (int) n, gradientSum(log, y + at, g + at, (int) n), out + at);
                }
            });
            return;
        }
        visitTwice((at, size, pair, whole) -> Memory.putDouble(pair, gradientSum(log, y + at, g + at, size)), this::joinSums, (at, size, pair, whole) ->
                finishGradient(log, y + at, g + at, size, Memory.getDouble(whole), out + at));
    }

    private double gradientSum(boolean log, long y, long g, int size) {
        return log ? loops.sum(g, size) : loops.sumProducts(g, y, size, 0);
    }

    private void finishGradient(boolean log, long y, long g, int size, double sum, long out) {
        if (log) loops.logSoftmaxGradient(y, g, size, sum, out);
        else loops.softmaxGradient(y, g, size, sum, out);
    }

    void logSumExp(long in, long out) {
        int bytes = type.bytes();
        if (pieces == 1) {
            WorkerPool.forRange(rows, rowsPerChunk(), (from, to) -> {
                try (Scratch scratch = new Scratch(2 * PAIR + n * bytes)) {
                    long whole = scratch.address();
                    for (long row = from; row < to; row++) {
                        exponentials(in + row * n * bytes, (int) n, whole, whole + 2 * PAIR);
                        finish(in + row * n * bytes, whole, out + row * bytes);
                    }
                }
            });
            return;
        }
        try (Scratch pairs = new Scratch(rows * (pieces + 1) * PAIR)) {
            visit(pairs.address(), (at, size, pair, whole) -> {
                try (Scratch exps = new Scratch((long) size * bytes)) {
                    exponentials(in + at, size, pair, exps.address());
                }
            });
            for (long row = 0; row < rows; row++) {
                joinExponentials(whole(pairs.address(), row));
                finish(in + row * n * bytes, whole(pairs.address(), row), out + row * bytes);
            }
        }
    }

    /** An infinite largest element is the result itself, unless there is a NaN: subtracting it would give NaN. */
    private void finish(long row, long whole, long out) {
        double max = Memory.getDouble(whole);
        if (Double.isInfinite(max)) Reductions.reduce(Kind.MAX, type, row, 1, n, 1, out);
        else Memory.putAsDouble(type, out, max + StrictMath.log(Memory.getDouble(whole + 8)));
    }
}
