package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.expr.Expr;
import dev.tenfold.kernels.expr.PointwiseKernel;
import dev.tenfold.kernels.expr.PreparedRun;

/**
 * Reductions of dense {@code [outer, n, inner]} blocks over the middle dimension. Fixed trees: the bits do not depend on
 * the number of threads. f16 and bf16 accumulate in f32; integer sums wrap.
 */
public final class Reductions {
    /** What is computed. {@code SUM_SQUARES}: sum of x². {@code LOG_SUM_EXP}: floating types only. */
    public enum Kind { SUM, PROD, MAX, MIN, SUM_SQUARES, LOG_SUM_EXP, ALL, ANY }

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
        else if (isRowKind(kind, type) && inner == 1) RowReductions.reduce(kind, type, in, outer, n, out);
        else if (isRowKind(kind, type)) ColumnReductions.reduce(kind, type, in, outer, n, inner, out);
        else GenericReductions.reduce(kind, type, in, outer, n, inner, out);
    }

    /**
     * {@code out[o] = reduce_k values[o, k]} of {@code outer} rows of {@code n} values that are computed piece by piece, f32 or f64, in
     * kind SUM, MAX, MIN or SUM_SQUARES: the bits of {@link #reduce} on the stored values.
     */
    public static void reduceComputed(Kind kind, DType type, PreparedRun values, long outer, long n, long out) {
        ComputedReductions.reduce(kind, type, values, outer, n, out);
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
        try (Scratch wide = new Scratch(outer * n * inner * 4); Scratch result = new Scratch(outer * inner * 4)) {
            convert(type, DType.F32, outer * n * inner, in, wide.address());
            reduce(kind, DType.F32, wide.address(), outer, n, inner, truth ? out : result.address());
            if (!truth) convert(DType.F32, type, outer * inner, result.address(), out);
        }
    }

    /** Converts dense elements between f32 and a two-byte float. */
    static void convert(DType from, DType to, long n, long in, long out) {
        PointwiseKernel.of(Expr.x(0), new DType[] {from}, DType.F32, to).run(n, new long[] {in}, 0, out);
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
