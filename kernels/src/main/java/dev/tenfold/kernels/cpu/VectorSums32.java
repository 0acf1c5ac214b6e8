package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.VectorRows32.lanes;
import static dev.tenfold.kernels.cpu.VectorRows32.load;

import dev.tenfold.kernels.Memory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Sums of f32 rows with vectors, by the tree of {@link RowLoops}. */
final class VectorSums32 {
    private static final int PARTIALS = RowLoops.PARTIALS_32;
    private static final int SHORT = RowLoops.SHORT_32;
    private static final VectorSpecies<Float> S = VectorRows32.S;
    private static final int L = S.length();
    /** Rows from this length on are read two at a time. */
    private static final int LONG = 1024;

    private VectorSums32() {
    }

    static float sum(long address, int n) {
        int quarters = n / SHORT * SHORT;
        float rest = 0;
        for (int i = quarters; i < n; i++) rest += Memory.getFloat(address + 4L * i);
        if (quarters == 0) return rest;
        return (L == SHORT ? wideSum(address, quarters) : VectorRows32.narrow(address, quarters, false)) + rest;
    }

    private static float wideSum(long address, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int i = 0;
        for (; i <= n - PARTIALS; i += PARTIALS) {
            a = a.add(load(address + 4L * i));
            b = b.add(load(address + 4L * (i + L)));
            c = c.add(load(address + 4L * (i + 2 * L)));
            d = d.add(load(address + 4L * (i + 3 * L)));
        }
        for (; i < n; i += L) a = a.add(load(address + 4L * i));
        return lanes(a.add(c).add(b.add(d)));
    }

    /** Two rows at a time where they are long: the memory answers two streams faster than one. */
    static void sums(long address, int n, long rows, long out) {
        long r = 0;
        if (L == SHORT && n >= LONG && n % PARTIALS == 0) {
            for (; r + 1 < rows; r += 2) pair(address + 4 * r * n, n, out + 4 * r);
        }
        for (; r < rows; r++) Memory.putFloat(out + 4 * r, sum(address + 4 * r * n, n));
    }

    private static void pair(long first, int n, long out) {
        long second = first + 4L * n;
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        FloatVector e = FloatVector.zero(S);
        FloatVector f = FloatVector.zero(S);
        FloatVector g = FloatVector.zero(S);
        FloatVector h = FloatVector.zero(S);
        for (int i = 0; i < n; i += PARTIALS) {
            long at = first + 4L * i;
            long with = second + 4L * i;
            a = a.add(load(at));
            b = b.add(load(at + 4L * L));
            c = c.add(load(at + 8L * L));
            d = d.add(load(at + 12L * L));
            e = e.add(load(with));
            f = f.add(load(with + 4L * L));
            g = g.add(load(with + 8L * L));
            h = h.add(load(with + 12L * L));
        }
        Memory.putFloat(out, lanes(a.add(c).add(b.add(d))));
        Memory.putFloat(out + 4, lanes(e.add(g).add(f.add(h))));
    }
}
