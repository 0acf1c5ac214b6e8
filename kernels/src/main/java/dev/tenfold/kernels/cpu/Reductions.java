package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;

/**
 * Reductions of dense {@code [outer, n, inner]} blocks over the middle dimension. Fixed trees: the bits do not depend on
 * the number of threads. f16 and bf16 accumulate in f32; integer sums wrap.
 */
public final class Reductions {
    /** What is computed. {@code SUM_SQUARES}: sum of x². {@code LOG_SUM_EXP}: floating types only. */
    public enum Kind { SUM, PROD, MAX, MIN, SUM_SQUARES, LOG_SUM_EXP, ALL, ANY }

    /** A long row is cut into pieces of this many elements, whose results are combined pairwise. */
    private static final int PIECE = 1 << 14;
    /** Columns are summed in blocks of this many rows. */
    private static final int ROWS = 256;

    private Reductions() {
    }

    /**
     * {@code out[o, i] = reduce_k in[o, k, i]}; out has the type of in (bool for ALL and ANY). NaN wins in MAX and MIN.
     * Empty n gives the neutral element; MAX and MIN of nothing are the caller's error.
     */
    public static void reduce(Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        if (outer * inner == 0) return;
        if (kind == Kind.LOG_SUM_EXP) Softmax.logSumExp(type, in, outer, n, inner, out);
        else if (type == DType.F16 || type == DType.BF16) throughF32(kind, type, in, outer, n, inner, out);
        else if (n == 0) Indexing.fill(outType(kind, type), new long[] {outer * inner}, out, new long[] {1}, neutral(kind));
        else if (inner == 1 && isRowKind(kind, type)) rows(kind, type, in, outer, n, out);
        else if (inner == 1) GenericReductions.reduce(kind, type, in, outer, n, 1, out);
        else if (isRowKind(kind, type) && inner >= 8) columns(kind, type, in, outer, n, inner, out);
        else GenericReductions.reduce(kind, type, in, outer, n, inner, out);
    }

    private static DType outType(Kind kind, DType type) {
        return kind == Kind.ALL || kind == Kind.ANY ? DType.BOOL : type;
    }

    private static double neutral(Kind kind) {
        return kind == Kind.PROD || kind == Kind.ALL ? 1 : 0;
    }

    private static boolean isRowKind(Kind kind, DType type) {
        return (type == DType.F32 || type == DType.F64)
                && (kind == Kind.SUM || kind == Kind.MAX || kind == Kind.MIN || kind == Kind.SUM_SQUARES);
    }

    private static void throughF32(Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        boolean truth = outType(kind, type) == DType.BOOL;
        Block wide = HostAllocator.get().allocate(outer * n * inner * 4);
        Block result = HostAllocator.get().allocate(outer * inner * 4);
        convert(type, DType.F32, outer * n * inner, in, wide.address());
        reduce(kind, DType.F32, wide.address(), outer, n, inner, truth ? out : result.address());
        if (!truth) convert(DType.F32, type, outer * inner, result.address(), out);
        wide.release();
        result.release();
    }

    /** Converts dense elements between f32 and a two-byte float. */
    static void convert(DType from, DType to, long n, long in, long out) {
        PointwiseKernel.of(Expr.x(0), new DType[] {from}, DType.F32, to).run(n, new long[] {in}, 0, out);
    }

    private static void rows(Kind kind, DType type, long in, long outer, long n, long out) {
        int bytes = type.bytes();
        if (n <= PIECE) {
            WorkerPool.forRange(outer, Math.max(1, PIECE * 2 / n), (from, to) -> {
                for (long o = from; o < to; o++) row(kind, type, in + o * n * bytes, (int) n, out + o * bytes);
            });
            return;
        }
        long pieces = (n + PIECE - 1) / PIECE;
        Block partial = HostAllocator.get().allocate(outer * pieces * bytes);
        WorkerPool.forRange(outer * pieces, 2, (from, to) -> {
            for (long p = from; p < to; p++) {
                long start = p % pieces * PIECE;
                long at = in + (p / pieces * n + start) * bytes;
                row(kind, type, at, (int) Math.min(PIECE, n - start), partial.address() + p * bytes);
            }
        });
        Kind rest = kind == Kind.SUM_SQUARES ? Kind.SUM : kind;
        for (long o = 0; o < outer; o++) {
            combine(rest, type, partial.address() + o * pieces * bytes, pieces);
            Memory.copy(partial.address() + o * pieces * bytes, out + o * bytes, bytes);
        }
        partial.release();
    }

    private static void row(Kind kind, DType type, long at, int n, long out) {
        RowLoops loops = RowLoops.CHOSEN;
        if (type == DType.F32) {
            Memory.putFloat(out, switch (kind) {
                case SUM -> loops.sum32(at, n);
                case SUM_SQUARES -> loops.sumSquares32(at, n);
                case MAX -> loops.max32(at, n);
                default -> loops.min32(at, n);
            });
        } else {
            Memory.putDouble(out, switch (kind) {
                case SUM -> loops.sum64(at, n);
                case SUM_SQUARES -> loops.sumSquares64(at, n);
                case MAX -> loops.max64(at, n);
                default -> loops.min64(at, n);
            });
        }
    }

    /** Combines partial results pairwise in place; the first slot gets the result. */
    private static void combine(Kind kind, DType type, long at, long count) {
        for (long width = 1; width < count; width *= 2) {
            for (long i = 0; i + width < count; i += 2 * width) {
                if (type == DType.F32) {
                    float a = Memory.getFloat(at + 4 * i);
                    float b = Memory.getFloat(at + 4 * (i + width));
                    Memory.putFloat(at + 4 * i, kind == Kind.SUM ? a + b : kind == Kind.MAX ? Math.max(a, b) : Math.min(a, b));
                } else {
                    double a = Memory.getDouble(at + 8 * i);
                    double b = Memory.getDouble(at + 8 * (i + width));
                    Memory.putDouble(at + 8 * i, kind == Kind.SUM ? a + b : kind == Kind.MAX ? Math.max(a, b) : Math.min(a, b));
                }
            }
        }
    }

    private static final Expr[] FOLD = {Expr.x(0).add(Expr.x(1)), Expr.x(0).max(Expr.x(1)), Expr.x(0).min(Expr.x(1)),
        Expr.x(0).add(Expr.x(1).mul(Expr.x(1)))};

    /** Folds row after row of {@code inner} elements, in blocks of rows whose results are folded in order. */
    private static void columns(Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        int bytes = type.bytes();
        int which = kind == Kind.SUM ? 0 : kind == Kind.MAX ? 1 : kind == Kind.MIN ? 2 : 3;
        PointwiseKernel fold = PointwiseKernel.of(FOLD[which], new DType[] {type, type}, type, type);
        PointwiseKernel first = PointwiseKernel.of(which == 3 ? Expr.x(0).mul(Expr.x(0)) : Expr.x(0), new DType[] {type}, type, type);
        PointwiseKernel join = PointwiseKernel.of(FOLD[which == 3 ? 0 : which], new DType[] {type, type}, type, type);
        long blocks = (n + ROWS - 1) / ROWS;
        Block partial = HostAllocator.get().allocate(outer * blocks * inner * bytes);
        long row = inner * bytes;
        WorkerPool.forRange(outer * blocks, Math.max(1, (1 << 16) / (Math.min(n, ROWS) * inner)), (from, to) -> {
            for (long b = from; b < to; b++) {
                long start = b % blocks * ROWS;
                long at = in + (b / blocks * n + start) * row;
                long sum = partial.address() + b * row;
                first.run(inner, new long[] {at}, 0, sum);
                for (long k = 1; k < Math.min(ROWS, n - start); k++) fold.run(inner, new long[] {sum, at + k * row}, 0, sum);
            }
        });
        for (long o = 0; o < outer; o++) {
            long sum = partial.address() + o * blocks * row;
            for (long b = 1; b < blocks; b++) join.run(inner, new long[] {sum, sum + b * row}, 0, sum);
            Memory.copy(sum, out + o * row, row);
        }
        partial.release();
    }

    /** i64 index of the first largest (or smallest) element; the first NaN counts as largest and as smallest. */
    public static void argExtreme(boolean largest, DType type, long in, long outer, long n, long inner, long outIndices) {
        GenericReductions.argExtreme(largest, type, in, outer, n, inner, outIndices);
    }

    /** Inclusive running sum along the middle dimension; {@code reverse} runs from the end. */
    public static void cumulativeSum(DType type, long in, long outer, long n, long inner, boolean reverse, long out) {
        GenericReductions.cumulativeSum(type, in, outer, n, inner, reverse, out);
    }

    /** Softmax (or its logarithm) along the middle dimension, floating types. */
    public static void softmax(boolean log, DType type, long in, long outer, long n, long inner, long out) {
        Softmax.forward(log, type, in, outer, n, inner, out);
    }

    /** Gradient of softmax from output y and incoming g: {@code y (g - sum(g y))}; of log-softmax: {@code g - exp(y) sum(g)}. */
    public static void softmaxGradient(boolean log, DType type, long y, long g, long outer, long n, long inner, long out) {
        Softmax.gradient(log, type, y, g, outer, n, inner, out);
    }
}
