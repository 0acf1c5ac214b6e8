package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.VectorModule;

/** Sums over shifted planes of f32, which lie flat: the loops of {@link NarrowConvolution}. */
interface PlaneLoops {
    /** The implementation for this process. */
    PlaneLoops CHOSEN = VectorModule.available() ? new Warming(new VectorPlaneLoops()) : new Scalar(32);

    /** Elements that the loops work on at once, a power of two: they may run on to a multiple of it. */
    int lanes();

    /**
     * {@code out[i] = start + sum_t weights[t] planes[t][i]}, in order of t, each step one fused multiply-add, for {@code n} elements.
     * Up to a multiple of {@link #lanes} is read, and written with what may be anything.
     *
     * @param planes addresses
     * @param count  how many of them
     * @param weights address of as many floats
     */
    void combine(long[] planes, int count, long weights, float start, int n, long out);

    /**
     * {@code sums[t, i % lanes] += planes[t][i] other[i]}, in order of i, for {@code n} elements rounded up to whole {@link #lanes}.
     *
     * @param sums address of {@code count} rows of {@link #lanes} floats
     */
    void addProducts(long[] planes, int count, long other, int n, long sums);

    /** Copies {@code rows} rows of {@code bytes} bytes, a multiple of 4, that start {@code fromStep} bytes apart to rows {@code toStep} apart. */
    void copyRows(long from, long fromStep, long to, long toStep, int bytes, long rows);

    /** Copies a row from its byte {@code done} on. A call of the C library costs more than a short row does. */
    static void copyRow(long from, long to, int done, int bytes) {
        int i = done;
        for (; i <= bytes - 8; i += 8) Memory.putLong(to + i, Memory.getLong(from + i));
        if (i < bytes) Memory.putInt(to + i, Memory.getInt(from + i));
    }

    /** Plain loops, in the order of those with vectors of {@code lanes} elements. */
    record Scalar(int lanes) implements PlaneLoops {
        @Override
        public void combine(long[] planes, int count, long weights, float start, int n, long out) {
            for (int i = 0; i < n; i++) {
                float sum = start;
                for (int t = 0; t < count; t++) sum = Math.fma(Memory.getFloat(weights + 4L * t), Memory.getFloat(planes[t] + 4L * i), sum);
                Memory.putFloat(out + 4L * i, sum);
            }
        }

        @Override
        public void addProducts(long[] planes, int count, long other, int n, long sums) {
            for (int t = 0; t < count; t++) {
                for (int i = 0; i < n; i += lanes) {
                    for (int l = 0; l < lanes; l++) {
                        long sum = sums + 4L * (t * lanes + l);
                        Memory.putFloat(sum, Math.fma(Memory.getFloat(planes[t] + 4L * (i + l)), Memory.getFloat(other + 4L * (i + l)), Memory.getFloat(sum)));
                    }
                }
            }
        }

        @Override
        public void copyRows(long from, long fromStep, long to, long toStep, int bytes, long rows) {
            for (long r = 0; r < rows; r++) copyRow(from + r * fromStep, to + r * toStep, 0, bytes);
        }
    }

    /** Plain loops first, because vectors run slower than those until they are compiled; both give the same bits. */
    final class Warming implements PlaneLoops {
        private static final long ELEMENTS_BEFORE_VECTORS = 1 << 18;

        private final PlaneLoops vector;
        private final PlaneLoops scalar;
        // Counted without synchronisation: a lost count only delays the change.
        private long combined;
        private long added;
        private long copied;

        Warming(PlaneLoops vector) {
            this.vector = vector;
            scalar = new Scalar(vector.lanes());
        }

        @Override
        public int lanes() {
            return vector.lanes();
        }

        @Override
        public void combine(long[] planes, int count, long weights, float start, int n, long out) {
            boolean warm = combined > ELEMENTS_BEFORE_VECTORS;
            if (!warm) combined += (long) count * n;
            (warm ? vector : scalar).combine(planes, count, weights, start, n, out);
        }

        @Override
        public void addProducts(long[] planes, int count, long other, int n, long sums) {
            boolean warm = added > ELEMENTS_BEFORE_VECTORS;
            if (!warm) added += (long) count * n;
            (warm ? vector : scalar).addProducts(planes, count, other, n, sums);
        }

        @Override
        public void copyRows(long from, long fromStep, long to, long toStep, int bytes, long rows) {
            boolean warm = copied > ELEMENTS_BEFORE_VECTORS;
            if (!warm) copied += rows * bytes / 4;
            (warm ? vector : scalar).copyRows(from, fromStep, to, toStep, bytes, rows);
        }
    }
}
