package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link RowLoops} of f32 with vectors. Where four vectors hold all partial sums (512 bits) they stay in registers. */
final class VectorRows32 {
    private static final int PARTIALS = RowLoops.PARTIALS_32;
    private static final int SHORT = RowLoops.SHORT_32;
    static final VectorSpecies<Float> S =
            FloatVector.SPECIES_PREFERRED.length() > SHORT ? FloatVector.SPECIES_512 : FloatVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private VectorRows32() {
    }

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(S, i -> (i + by) % L);
    }

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(S, Memory.ALL, address, ORDER);
    }

    static void store(FloatVector v, long address) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    static float sumSquares(long address, int n) {
        int quarters = n / SHORT * SHORT;
        float rest = 0;
        for (int i = quarters; i < n; i++) {
            float x = Memory.getFloat(address + 4L * i);
            rest = Math.fma(x, x, rest);
        }
        if (quarters == 0) return rest;
        return (L == SHORT ? wideSquares(address, quarters) : narrow(address, quarters, true)) + rest;
    }

    private static float wideSquares(long address, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int i = 0;
        for (; i <= n - PARTIALS; i += PARTIALS) {
            FloatVector x = load(address + 4L * i);
            FloatVector y = load(address + 4L * (i + L));
            FloatVector z = load(address + 4L * (i + 2 * L));
            FloatVector w = load(address + 4L * (i + 3 * L));
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        for (; i < n; i += L) {
            FloatVector x = load(address + 4L * i);
            a = x.fma(x, a);
        }
        return lanes(a.add(c).add(b.add(d)));
    }

    /** Rotations instead of a library reduction, whose order the compiler may choose. */
    static float lanes(FloatVector v) {
        v = v.add(v.rearrange(BY_8));
        v = v.add(v.rearrange(BY_4));
        v = v.add(v.rearrange(BY_2));
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    /** Vectors of 128 or 256 bits: four at a time pass over the row, and the partial sums meet in an array. */
    static float narrow(long address, int n, boolean square) {
        float[] partial = new float[PARTIALS];
        int whole = n / PARTIALS * PARTIALS;
        for (int first = 0; first < PARTIALS; first += 4 * L) {
            if (square) squaresInto(partial, first, address, whole);
            else sumsInto(partial, first, address, whole);
        }
        for (int i = whole; i < n; i += L) {
            int slot = (i - whole) % SHORT;
            FloatVector x = load(address + 4L * i);
            FloatVector sum = FloatVector.fromArray(S, partial, slot);
            (square ? x.fma(x, sum) : sum.add(x)).intoArray(partial, slot);
        }
        int half = PARTIALS / 2;
        for (; half >= L; half /= 2) {
            for (int j = 0; j < half; j += L) {
                FloatVector.fromArray(S, partial, j).add(FloatVector.fromArray(S, partial, j + half)).intoArray(partial, j);
            }
        }
        for (; half > 0; half /= 2) for (int j = 0; j < half; j++) partial[j] += partial[j + half];
        return partial[0];
    }

    private static void sumsInto(float[] partial, int first, long address, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        for (int i = first; i < n; i += PARTIALS) {
            a = a.add(load(address + 4L * i));
            b = b.add(load(address + 4L * (i + L)));
            c = c.add(load(address + 4L * (i + 2 * L)));
            d = d.add(load(address + 4L * (i + 3 * L)));
        }
        a.intoArray(partial, first);
        b.intoArray(partial, first + L);
        c.intoArray(partial, first + 2 * L);
        d.intoArray(partial, first + 3 * L);
    }

    private static void squaresInto(float[] partial, int first, long address, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        for (int i = first; i < n; i += PARTIALS) {
            FloatVector x = load(address + 4L * i);
            FloatVector y = load(address + 4L * (i + L));
            FloatVector z = load(address + 4L * (i + 2 * L));
            FloatVector w = load(address + 4L * (i + 3 * L));
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        a.intoArray(partial, first);
        b.intoArray(partial, first + L);
        c.intoArray(partial, first + 2 * L);
        d.intoArray(partial, first + 3 * L);
    }

    /** Extremes do not depend on the order: any number of vectors will do. */
    static float max(long address, int n) {
        float best = Memory.getFloat(address);
        int i = 0;
        if (n >= 2 * L) {
            FloatVector a = load(address);
            FloatVector b = load(address + 4L * L);
            for (i = 2 * L; i <= n - 2 * L; i += 2 * L) {
                a = a.max(load(address + 4L * i));
                b = b.max(load(address + 4L * (i + L)));
            }
            best = a.max(b).reduceLanes(VectorOperators.MAX);
        }
        for (; i < n; i++) best = Math.max(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    static float min(long address, int n) {
        float best = Memory.getFloat(address);
        int i = 0;
        if (n >= 2 * L) {
            FloatVector a = load(address);
            FloatVector b = load(address + 4L * L);
            for (i = 2 * L; i <= n - 2 * L; i += 2 * L) {
                a = a.min(load(address + 4L * i));
                b = b.min(load(address + 4L * (i + L)));
            }
            best = a.min(b).reduceLanes(VectorOperators.MIN);
        }
        for (; i < n; i++) best = Math.min(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    /** Strips of four vectors, whose running results stay in registers. */
    static void fold(Kind kind, long from, long rows, long stride, int columns, long to) {
        int c = 0;
        for (; c <= columns - 4 * L; c += 4 * L) {
            long at = 4L * c;
            switch (kind) {
                case SUM -> sumStrip(from + at, rows, stride, to + at);
                case MAX -> maxStrip(from + at, rows, stride, to + at);
                case MIN -> minStrip(from + at, rows, stride, to + at);
                default -> squareStrip(from + at, rows, stride, to + at);
            }
        }
        for (; c <= columns - L; c += L) oneVector(kind, from + 4L * c, rows, stride, to + 4L * c);
        for (; c < columns; c++) {
            float result = ScalarRowLoops.first32(kind, Memory.getFloat(from + 4L * c));
            for (long r = 1; r < rows; r++) result = ScalarRowLoops.join32(kind, result, Memory.getFloat(from + r * stride + 4L * c));
            Memory.putFloat(to + 4L * c, result);
        }
    }

    private static void oneVector(Kind kind, long from, long rows, long stride, long to) {
        FloatVector a = load(from);
        switch (kind) {
            case SUM -> {
                for (long r = 1; r < rows; r++) a = a.add(load(from + r * stride));
            }
            case MAX -> {
                for (long r = 1; r < rows; r++) a = a.max(load(from + r * stride));
            }
            case MIN -> {
                for (long r = 1; r < rows; r++) a = a.min(load(from + r * stride));
            }
            default -> {
                a = a.mul(a);
                for (long r = 1; r < rows; r++) {
                    FloatVector x = load(from + r * stride);
                    a = x.fma(x, a);
                }
            }
        }
        store(a, to);
    }

    private static void sumStrip(long from, long rows, long stride, long to) {
        FloatVector a = load(from);
        FloatVector b = load(from + 4L * L);
        FloatVector c = load(from + 8L * L);
        FloatVector d = load(from + 12L * L);
        for (long r = 1; r < rows; r++) {
            long at = from + r * stride;
            a = a.add(load(at));
            b = b.add(load(at + 4L * L));
            c = c.add(load(at + 8L * L));
            d = d.add(load(at + 12L * L));
        }
        store(a, to);
        store(b, to + 4L * L);
        store(c, to + 8L * L);
        store(d, to + 12L * L);
    }

    private static void maxStrip(long from, long rows, long stride, long to) {
        FloatVector a = load(from);
        FloatVector b = load(from + 4L * L);
        FloatVector c = load(from + 8L * L);
        FloatVector d = load(from + 12L * L);
        for (long r = 1; r < rows; r++) {
            long at = from + r * stride;
            a = a.max(load(at));
            b = b.max(load(at + 4L * L));
            c = c.max(load(at + 8L * L));
            d = d.max(load(at + 12L * L));
        }
        store(a, to);
        store(b, to + 4L * L);
        store(c, to + 8L * L);
        store(d, to + 12L * L);
    }

    private static void minStrip(long from, long rows, long stride, long to) {
        FloatVector a = load(from);
        FloatVector b = load(from + 4L * L);
        FloatVector c = load(from + 8L * L);
        FloatVector d = load(from + 12L * L);
        for (long r = 1; r < rows; r++) {
            long at = from + r * stride;
            a = a.min(load(at));
            b = b.min(load(at + 4L * L));
            c = c.min(load(at + 8L * L));
            d = d.min(load(at + 12L * L));
        }
        store(a, to);
        store(b, to + 4L * L);
        store(c, to + 8L * L);
        store(d, to + 12L * L);
    }

    private static void squareStrip(long from, long rows, long stride, long to) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        for (long r = 0; r < rows; r++) {
            long at = from + r * stride;
            FloatVector x = load(at);
            FloatVector y = load(at + 4L * L);
            FloatVector z = load(at + 8L * L);
            FloatVector w = load(at + 12L * L);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        store(a, to);
        store(b, to + 4L * L);
        store(c, to + 8L * L);
        store(d, to + 12L * L);
    }
}
