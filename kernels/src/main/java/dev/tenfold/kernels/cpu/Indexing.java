package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;

/** Copies, gathers, scatters and sorts over dense blocks; strides are in elements. Indices are i64 and already checked by {@link #checkIndices}. */
public final class Indexing {
    private Indexing() {
    }

    /** Strided to strided copy of one element type, any strides (0 and negative too for the source). Tiled for transposes. */
    public static void copy(DType type, long[] shape, long from, long[] fromStrides, long to, long[] toStrides) {
        throw new UnsupportedOperationException();
    }

    /** Sets every element of a strided region to {@code value}. */
    public static void fill(DType type, long[] shape, long to, long[] toStrides, double value) {
        throw new UnsupportedOperationException();
    }

    /** Position of the first index outside {@code [-size, size)} among {@code count}, or -1 when all are inside. */
    public static long checkIndices(long indices, long count, long size) {
        throw new UnsupportedOperationException();
    }

    /** Rows: {@code out[o, k, i] = in[o, idx[k], i]} for in [outer, n, inner], idx [m], out [outer, m, inner]; negative indices count from the end. */
    public static void select(DType type, long in, long outer, long n, long inner, long indices, long m, long out) {
        throw new UnsupportedOperationException();
    }

    /** The adjoint of {@link #select}: {@code into[o, idx[k], i] += from[o, k, i]}, in order of k (deterministic). */
    public static void selectAdd(DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        throw new UnsupportedOperationException();
    }

    /** Element-wise: {@code out[o, k, i] = in[o, idx[o, k, i], i]} with in [outer, n, inner], idx and out [outer, m, inner]. */
    public static void gather(DType type, long in, long outer, long n, long inner, long indices, long m, long out) {
        throw new UnsupportedOperationException();
    }

    /** The adjoint of {@link #gather}: {@code into[o, idx[o, k, i], i] += from[o, k, i]}, in order of k (deterministic). */
    public static void scatterAdd(DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        throw new UnsupportedOperationException();
    }

    /** {@code into[o, idx[o, k, i], i] = from[o, k, i]}, the last k wins. */
    public static void scatter(DType type, long from, long outer, long m, long inner, long indices, long n, long into) {
        throw new UnsupportedOperationException();
    }

    /** Stable sort of each row of {@code [rows, n]}; NaN last (ascending) or first (descending). Either output may be 0 (not wanted). */
    public static void sort(DType type, boolean descending, long in, long rows, long n, long outValues, long outIndices) {
        throw new UnsupportedOperationException();
    }

    /** The k largest (or smallest) of each row of {@code [rows, n]}, in order, first index first among equals. */
    public static void topK(DType type, boolean largest, long in, long rows, long n, long k, long outValues, long outIndices) {
        throw new UnsupportedOperationException();
    }

    /** Row-major positions (i64) of the non-zero elements, written to {@code out} (room for n); returns how many. */
    public static long nonzero(DType type, long in, long n, long out) {
        throw new UnsupportedOperationException();
    }
}
