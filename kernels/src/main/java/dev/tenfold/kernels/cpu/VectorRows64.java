package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import dev.tenfold.kernels.cpu.Reductions.Kind;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link RowLoops} of f64 with vectors. Where four vectors hold all partial sums (512 bits) they stay in registers. */
final class VectorRows64 {
    private static final int PARTIALS = RowLoops.PARTIALS_64;
    private static final int SHORT = RowLoops.SHORT_64;
    private static final VectorSpecies<Double> S =
            DoubleVector.SPECIES_PREFERRED.length() > SHORT ? DoubleVector.SPECIES_512 : DoubleVector.SPECIES_PREFERRED;
    private static final int L = S.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorShuffle<Double> BY_4 = rotation(4);
    private static final VectorShuffle<Double> BY_2 = rotation(2);
    private static final VectorShuffle<Double> BY_1 = rotation(1);

    private VectorRows64() {
    }

    private static VectorShuffle<Double> rotation(int by) {
        return VectorShuffle.fromOp(S, i -> (i + by) % L);
    }

    private static DoubleVector load(long address) {
        return DoubleVector.fromMemorySegment(S, Memory.ALL, address, ORDER);
    }

    private static void store(DoubleVector v, long address) {
        v.intoMemorySegment(Memory.ALL, address, ORDER);
    }

    static double sum(long address, int n) {
        int quarters = n / SHORT * SHORT;
        double rest = 0;
        for (int i = quarters; i < n; i++) rest += Memory.getDouble(address + 8L * i);
        if (quarters == 0) return rest;
        return (L == SHORT ? wideSum(address, quarters) : narrow(address, quarters, false)) + rest;
    }

    private static double wideSum(long address, int n) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        DoubleVector c = DoubleVector.zero(S);
        DoubleVector d = DoubleVector.zero(S);
        int i = 0;
        for (; i <= n - PARTIALS; i += PARTIALS) {
            a = a.add(load(address + 8L * i));
            b = b.add(load(address + 8L * (i + L)));
            c = c.add(load(address + 8L * (i + 2 * L)));
            d = d.add(load(address + 8L * (i + 3 * L)));
        }
        for (; i < n; i += L) a = a.add(load(address + 8L * i));
        return lanes(a.add(c).add(b.add(d)));
    }

    static double sumSquares(long address, int n) {
        int quarters = n / SHORT * SHORT;
        double rest = 0;
        for (int i = quarters; i < n; i++) {
            double x = Memory.getDouble(address + 8L * i);
            rest = Math.fma(x, x, rest);
        }
        if (quarters == 0) return rest;
        return (L == SHORT ? wideSquares(address, quarters) : narrow(address, quarters, true)) + rest;
    }

    private static double wideSquares(long address, int n) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        DoubleVector c = DoubleVector.zero(S);
        DoubleVector d = DoubleVector.zero(S);
        int i = 0;
        for (; i <= n - PARTIALS; i += PARTIALS) {
            DoubleVector x = load(address + 8L * i);
            DoubleVector y = load(address + 8L * (i + L));
            DoubleVector z = load(address + 8L * (i + 2 * L));
            DoubleVector w = load(address + 8L * (i + 3 * L));
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        for (; i < n; i += L) {
            DoubleVector x = load(address + 8L * i);
            a = x.fma(x, a);
        }
        return lanes(a.add(c).add(b.add(d)));
    }

    /** Rotations instead of a library reduction, whose order the compiler may choose. */
    private static double lanes(DoubleVector v) {
        v = v.add(v.rearrange(BY_4));
        v = v.add(v.rearrange(BY_2));
        return v.add(v.rearrange(BY_1)).lane(0);
    }

    /** Vectors of 128 or 256 bits: four at a time pass over the row, and the partial sums meet in an array. */
    private static double narrow(long address, int n, boolean square) {
        double[] partial = new double[PARTIALS];
        int whole = n / PARTIALS * PARTIALS;
        for (int first = 0; first < PARTIALS; first += 4 * L) {
            if (square) squaresInto(partial, first, address, whole);
            else sumsInto(partial, first, address, whole);
        }
        for (int i = whole; i < n; i += L) {
            int slot = (i - whole) % SHORT;
            DoubleVector x = load(address + 8L * i);
            DoubleVector sum = DoubleVector.fromArray(S, partial, slot);
            (square ? x.fma(x, sum) : sum.add(x)).intoArray(partial, slot);
        }
        int half = PARTIALS / 2;
        for (; half >= L; half /= 2) {
            for (int j = 0; j < half; j += L) {
                DoubleVector.fromArray(S, partial, j).add(DoubleVector.fromArray(S, partial, j + half)).intoArray(partial, j);
            }
        }
        for (; half > 0; half /= 2) for (int j = 0; j < half; j++) partial[j] += partial[j + half];
        return partial[0];
    }

    private static void sumsInto(double[] partial, int first, long address, int n) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        DoubleVector c = DoubleVector.zero(S);
        DoubleVector d = DoubleVector.zero(S);
        for (int i = first; i < n; i += PARTIALS) {
            a = a.add(load(address + 8L * i));
            b = b.add(load(address + 8L * (i + L)));
            c = c.add(load(address + 8L * (i + 2 * L)));
            d = d.add(load(address + 8L * (i + 3 * L)));
        }
        a.intoArray(partial, first);
        b.intoArray(partial, first + L);
        c.intoArray(partial, first + 2 * L);
        d.intoArray(partial, first + 3 * L);
    }

    private static void squaresInto(double[] partial, int first, long address, int n) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        DoubleVector c = DoubleVector.zero(S);
        DoubleVector d = DoubleVector.zero(S);
        for (int i = first; i < n; i += PARTIALS) {
            DoubleVector x = load(address + 8L * i);
            DoubleVector y = load(address + 8L * (i + L));
            DoubleVector z = load(address + 8L * (i + 2 * L));
            DoubleVector w = load(address + 8L * (i + 3 * L));
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
    static double max(long address, int n) {
        double best = Memory.getDouble(address);
        int i = 0;
        if (n >= 2 * L) {
            DoubleVector a = load(address);
            DoubleVector b = load(address + 8L * L);
            for (i = 2 * L; i <= n - 2 * L; i += 2 * L) {
                a = a.max(load(address + 8L * i));
                b = b.max(load(address + 8L * (i + L)));
            }
            best = a.max(b).reduceLanes(VectorOperators.MAX);
        }
        for (; i < n; i++) best = Math.max(best, Memory.getDouble(address + 8L * i));
        return best;
    }

    static double min(long address, int n) {
        double best = Memory.getDouble(address);
        int i = 0;
        if (n >= 2 * L) {
            DoubleVector a = load(address);
            DoubleVector b = load(address + 8L * L);
            for (i = 2 * L; i <= n - 2 * L; i += 2 * L) {
                a = a.min(load(address + 8L * i));
                b = b.min(load(address + 8L * (i + L)));
            }
            best = a.min(b).reduceLanes(VectorOperators.MIN);
        }
        for (; i < n; i++) best = Math.min(best, Memory.getDouble(address + 8L * i));
        return best;
    }

    /** Strips of four vectors, whose running results stay in registers. */
    static void fold(Kind kind, long from, long rows, long stride, int columns, long to) {
        int c = 0;
        for (; c <= columns - 4 * L; c += 4 * L) {
            long at = 8L * c;
            switch (kind) {
                case SUM -> sumStrip(from + at, rows, stride, to + at);
                case MAX -> maxStrip(from + at, rows, stride, to + at);
                case MIN -> minStrip(from + at, rows, stride, to + at);
                default -> squareStrip(from + at, rows, stride, to + at);
            }
        }
        for (; c <= columns - L; c += L) oneVector(kind, from + 8L * c, rows, stride, to + 8L * c);
        for (; c < columns; c++) {
            double result = ScalarRowLoops.first64(kind, Memory.getDouble(from + 8L * c));
            for (long r = 1; r < rows; r++) result = ScalarRowLoops.join64(kind, result, Memory.getDouble(from + r * stride + 8L * c));
            Memory.putDouble(to + 8L * c, result);
        }
    }

    private static void oneVector(Kind kind, long from, long rows, long stride, long to) {
        DoubleVector a = load(from);
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
                    DoubleVector x = load(from + r * stride);
                    a = x.fma(x, a);
                }
            }
        }
        store(a, to);
    }

    private static void sumStrip(long from, long rows, long stride, long to) {
        DoubleVector a = load(from);
        DoubleVector b = load(from + 8L * L);
        DoubleVector c = load(from + 16L * L);
        DoubleVector d = load(from + 24L * L);
        for (long r = 1; r < rows; r++) {
            long at = from + r * stride;
            a = a.add(load(at));
            b = b.add(load(at + 8L * L));
            c = c.add(load(at + 16L * L));
            d = d.add(load(at + 24L * L));
        }
        store(a, to);
        store(b, to + 8L * L);
        store(c, to + 16L * L);
        store(d, to + 24L * L);
    }

    private static void maxStrip(long from, long rows, long stride, long to) {
        DoubleVector a = load(from);
        DoubleVector b = load(from + 8L * L);
        DoubleVector c = load(from + 16L * L);
        DoubleVector d = load(from + 24L * L);
        for (long r = 1; r < rows; r++) {
            long at = from + r * stride;
            a = a.max(load(at));
            b = b.max(load(at + 8L * L));
            c = c.max(load(at + 16L * L));
            d = d.max(load(at + 24L * L));
        }
        store(a, to);
        store(b, to + 8L * L);
        store(c, to + 16L * L);
        store(d, to + 24L * L);
    }

    private static void minStrip(long from, long rows, long stride, long to) {
        DoubleVector a = load(from);
        DoubleVector b = load(from + 8L * L);
        DoubleVector c = load(from + 16L * L);
        DoubleVector d = load(from + 24L * L);
        for (long r = 1; r < rows; r++) {
            long at = from + r * stride;
            a = a.min(load(at));
            b = b.min(load(at + 8L * L));
            c = c.min(load(at + 16L * L));
            d = d.min(load(at + 24L * L));
        }
        store(a, to);
        store(b, to + 8L * L);
        store(c, to + 16L * L);
        store(d, to + 24L * L);
    }

    private static void squareStrip(long from, long rows, long stride, long to) {
        DoubleVector a = DoubleVector.zero(S);
        DoubleVector b = DoubleVector.zero(S);
        DoubleVector c = DoubleVector.zero(S);
        DoubleVector d = DoubleVector.zero(S);
        for (long r = 0; r < rows; r++) {
            long at = from + r * stride;
            DoubleVector x = load(at);
            DoubleVector y = load(at + 8L * L);
            DoubleVector z = load(at + 16L * L);
            DoubleVector w = load(at + 24L * L);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
        }
        store(a, to);
        store(b, to + 8L * L);
        store(c, to + 16L * L);
        store(d, to + 24L * L);
    }
}
