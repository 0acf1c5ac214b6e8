package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.DType;
import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.WorkerPool;

/** Stable sorts of dense rows, with the order as i64 indices. NaN counts as the largest value. */
public final class Sorting {
    private Sorting() {
    }

    /** Sorts each row of {@code [rows, n]}; NaN last (ascending) or first (descending). Either output may be 0 (not wanted). */
    public static void sort(DType type, boolean descending, long in, long rows, long n, long outValues, long outIndices) {
        topK(type, descending, in, rows, n, n, outValues, outIndices);
    }

    /** The k largest (or smallest) of each row of {@code [rows, n]}, in order, first index first among equals. */
    public static void topK(DType type, boolean largest, long in, long rows, long n, long k, long outValues, long outIndices) {
        int bytes = type.bytes();
        if (n > Integer.MAX_VALUE - 8) throw new IllegalArgumentException("sort: rows of " + n + " elements are too long");
        WorkerPool.forRange(rows, Math.max(1, 4096 / Math.max(1, n)), (from, to) -> {
            long[] keys = new long[(int) n];
            long[] merged = new long[(int) n];
            int[] order = new int[(int) n];
            int[] other = new int[(int) n];
            for (long r = from; r < to; r++) {
                long row = in + r * n * bytes;
                for (int i = 0; i < n; i++) {
                    long key = key(type, row + (long) i * bytes);
                    // Complementing reverses the order and keeps equal elements in place.
                    keys[i] = largest ? ~key : key;
                    order[i] = i;
                }
                mergeSort(keys, order, merged, other);
                for (int i = 0; i < k; i++) {
                    if (outValues != 0) Memory.copy(row + (long) order[i] * bytes, outValues + (r * k + i) * bytes, bytes);
                    if (outIndices != 0) Memory.putLong(outIndices + 8 * (r * k + i), order[i]);
                }
            }
        });
    }

    /** A long that sorts as the element does: both zeros alike, every NaN above infinity. */
    private static long key(DType type, long address) {
        if (!type.isFloating()) return Memory.getAsLong(type, address);
        double value = Memory.getAsDouble(type, address);
        if (Double.isNaN(value)) return Long.MAX_VALUE;
        long bits = Double.doubleToLongBits(value + 0.0);
        return bits >= 0 ? bits : bits ^ Long.MAX_VALUE;
    }

    /** Bottom-up, stable; the result is in {@code keys} and {@code order}. */
    private static void mergeSort(long[] keys, int[] order, long[] keySpace, int[] orderSpace) {
        int n = keys.length;
        long[] k = keys;
        int[] o = order;
        long[] k2 = keySpace;
        int[] o2 = orderSpace;
        for (int width = 1; width < n; width *= 2) {
            for (int start = 0; start < n; start += 2 * width) {
                int middle = Math.min(start + width, n);
                int end = Math.min(start + 2 * width, n);
                int a = start;
                int b = middle;
                for (int i = start; i < end; i++) {
                    boolean left = a < middle && (b >= end || k[a] <= k[b]);
                    int from = left ? a++ : b++;
                    k2[i] = k[from];
                    o2[i] = o[from];
                }
            }
            long[] keysAgain = k;
            k = k2;
            k2 = keysAgain;
            int[] orderAgain = o;
            o = o2;
            o2 = orderAgain;
        }
        if (k != keys) {
            System.arraycopy(k, 0, keys, 0, n);
            System.arraycopy(o, 0, order, 0, n);
        }
    }
}
