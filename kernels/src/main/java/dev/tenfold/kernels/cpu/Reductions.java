package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/**
 * Reductions of dense {@code [outer, n, inner]} blocks over the middle dimension. Fixed trees: the bits do not depend on
 * the number of threads. f16 and bf16 accumulate in f32; integer sums wrap; bool sums and products are not taken.
 */
public final class Reductions {
    /** What is computed. {@code SUM_SQUARES}: sum of x². {@code LOG_SUM_EXP}: floating types only. */
    public enum Kind { SUM, PROD, MAX, MIN, SUM_SQUARES, LOG_SUM_EXP, ALL, ANY }

    private Reductions() {
    }

    /** {@code out[o, i] = reduce_k in[o, k, i]}; out has the type of in (bool for ALL and ANY). NaN wins in MAX and MIN. Empty n: the neutral element; MAX and MIN of nothing are the caller's error. */
    public static void reduce(Kind kind, DType type, long in, long outer, long n, long inner, long out) {
        throw new UnsupportedOperationException();
    }

    /** i64 index of the first largest (or smallest) element; the first NaN counts as largest and as smallest. */
    public static void argExtreme(boolean largest, DType type, long in, long outer, long n, long inner, long outIndices) {
        throw new UnsupportedOperationException();
    }

    /** Inclusive running sum along the middle dimension; {@code reverse} runs from the end. */
    public static void cumulativeSum(DType type, long in, long outer, long n, long inner, boolean reverse, long out) {
        throw new UnsupportedOperationException();
    }

    /** Softmax (or its logarithm) along the middle dimension, floating types. */
    public static void softmax(boolean log, DType type, long in, long outer, long n, long inner, long out) {
        throw new UnsupportedOperationException();
    }

    /** Gradient of softmax from output y and incoming g: {@code y (g - sum(g y))}; of log-softmax: {@code g - exp(y) sum(g)}. */
    public static void softmaxGradient(boolean log, DType type, long y, long g, long outer, long n, long inner, long out) {
        throw new UnsupportedOperationException();
    }
}
