package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.VectorModule;

/**
 * Reductions of one dense row. The tree is fixed on a machine: four vectors' worth of interleaved partial results, combined in
 * halves, then the tail one by one. The vector class and its scalar twin follow it alike.
 */
interface RowLoops {
    /** The implementation for this process. */
    RowLoops CHOSEN = VectorModule.available() ? new VectorRowLoops() : new ScalarRowLoops(64, 32);

    float sum32(long address, int n);

    double sum64(long address, int n);

    float sumSquares32(long address, int n);

    double sumSquares64(long address, int n);

    /** The largest, NaN if there is one; {@code n} is positive. */
    float max32(long address, int n);

    double max64(long address, int n);

    float min32(long address, int n);

    double min64(long address, int n);

    /** Combines partial sums in halves: {@code p[j] + p[j + n/2]}, and so on. Destroys {@code p}. */
    static float combine(float[] p) {
        for (int half = p.length / 2; half > 0; half /= 2) for (int j = 0; j < half; j++) p[j] += p[j + half];
        return p[0];
    }

    static double combine(double[] p) {
        for (int half = p.length / 2; half > 0; half /= 2) for (int j = 0; j < half; j++) p[j] += p[j + half];
        return p[0];
    }
}
