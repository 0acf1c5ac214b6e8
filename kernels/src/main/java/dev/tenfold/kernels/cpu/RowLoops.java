package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.VectorModule;

/**
 * Reductions of one dense row, and of the columns of a few dense rows. The trees are fixed by the length alone, not by the width of
 * the machine's vectors: {@link #PARTIALS_32} (f64: {@link #PARTIALS_64}) interleaved partial results, then one quarter of them
 * for what is left, combined in halves; the last elements, fewer than a quarter, are added in order and joined at the end.
 * The vector class and its scalar twin follow them alike, so every machine gives the same bits.
 */
interface RowLoops {
    /** Interleaved partial sums of an f32 row: four vectors of 512 bits. A power of two. */
    int PARTIALS_32 = 64;
    /** Interleaved partial sums of an f64 row. */
    int PARTIALS_64 = 32;
    /** Rows shorter than this are reduced in plain order. */
    int SHORT_32 = PARTIALS_32 / 4;
    /** Rows shorter than this are reduced in plain order. */
    int SHORT_64 = PARTIALS_64 / 4;

    /** The implementation for this process. */
    RowLoops CHOSEN = VectorModule.available() ? new WarmingRowLoops() : new ScalarRowLoops();

    float sum32(long address, int n);

    /** {@link #sum32} of {@code rows} rows of {@code n} elements that lie one after another, into {@code rows} floats. */
    default void sums32(long address, int n, long rows, long out) {
        for (long r = 0; r < rows; r++) Memory.putFloat(out + 4 * r, sum32(address + 4 * r * n, n));
    }

    double sum64(long address, int n);

    float sumSquares32(long address, int n);

    double sumSquares64(long address, int n);

    /** The largest, NaN if there is one; {@code n} is positive. */
    float max32(long address, int n);

    double max64(long address, int n);

    float min32(long address, int n);

    double min64(long address, int n);

    /**
     * {@code to[c] = fold_r from[r, c]} in order of r, for {@code rows} (at least 1) rows that start {@code stride} bytes apart.
     *
     * @param kind SUM, MAX, MIN or SUM_SQUARES
     */
    void fold32(Reductions.Kind kind, long from, long rows, long stride, int columns, long to);

    /** As {@link #fold32}, for f64. */
    void fold64(Reductions.Kind kind, long from, long rows, long stride, int columns, long to);
}
