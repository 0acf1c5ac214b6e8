package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Block;
import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.HostAllocator;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/** Copies, gathers, scatters and sorts over dense blocks; strides are in elements. Indices are i64 and already checked by {@link #checkIndices}. */
public final class Indexing {
    private Indexing() {
    }

    /** Strided to strided copy of one element type, any strides (0 and negative too for the source). Tiled for transposes. */
    public static void copy(DType type, long[] shape, long from, long[] fromStrides, long to, long[] toStrides) {
        int rank = shape.length;
        long n = 1;
        for (long size : shape) n *= size;
        if (n == 0) return;
        int bytes = type.bytes();
        long inner = rank == 0 ? 1 : shape[rank - 1];
        long fromStep = rank == 0 ? 1 : fromStrides[rank - 1];
        long toStep = rank == 0 ? 1 : toStrides[rank - 1];
        WorkerPool.forRange(n / inner, Math.max(1, 16384 / inner), (first, last) -> {
            for (long r = first; r < last; r++) {
                long a = from;
                long b = to;
                long rest = r;
                for (int d = rank - 2; d >= 0; d--) {
                    a += rest % shape[d] * fromStrides[d] * bytes;
                    b += rest % shape[d] * toStrides[d] * bytes;
                    rest /= shape[d];
                }
                row(bytes, inner, a, fromStep * bytes, b, toStep * bytes);
            }
        });
    }

    private static void row(int bytes, long n, long from, long fromStep, long to, long toStep) {
        if (fromStep == bytes && toStep == bytes) {
            Memory.copy(from, to, n * bytes);
            return;
        }
        switch (bytes) {
            case 4 -> {
                for (long i = 0; i < n; i++) Memory.putInt(to + i * toStep, Memory.getInt(from + i * fromStep));
            }
            case 8 -> {
                for (long i = 0; i < n; i++) Memory.putLong(to + i * toStep, Memory.getLong(from + i * fromStep));
            }
            case 2 -> {
                for (long i = 0; i < n; i++) Memory.putShort(to + i * toStep, Memory.getShort(from + i * fromStep));
            }
            default -> {
                for (long i = 0; i < n; i++) Memory.putByte(to + i * toStep, Memory.getByte(from + i * fromStep));
            }
        }
    }

    /** Sets every element of a strided region to {@code value}. */
    public static void fill(DType type, long[] shape, long to, long[] toStrides, double value) {
        Block one = HostAllocator.get().allocate(type.bytes());
        Memory.putAsDouble(type, one.address(), value);
        copy(type, shape, one.address(), new long[shape.length], to, toStrides);
        one.release();
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
