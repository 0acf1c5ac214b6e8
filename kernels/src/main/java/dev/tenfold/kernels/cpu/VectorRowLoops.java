package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.Memory;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Row reductions with vectors: four accumulators, whose lanes are the fixed tree's partial results. */
final class VectorRowLoops implements RowLoops {
    private static final VectorSpecies<Float> S32 = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> S64 = DoubleVector.SPECIES_PREFERRED;
    /** Partial results of an f32 row: four vectors' lanes. */
    static final int PARTIALS_32 = 4 * S32.length();
    /** Partial results of an f64 row. */
    static final int PARTIALS_64 = 4 * S64.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private static FloatVector load32(long address) {
        return FloatVector.fromMemorySegment(S32, Memory.ALL, address, ORDER);
    }

    private static DoubleVector load64(long address) {
        return DoubleVector.fromMemorySegment(S64, Memory.ALL, address, ORDER);
    }

    @Override
    public float sum32(long address, int n) {
        int step = S32.length();
        FloatVector a = FloatVector.zero(S32);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int whole = n / PARTIALS_32 * PARTIALS_32;
        long size = 4L * step;
        long at = address;
        for (int i = 0; i < whole; i += PARTIALS_32) {
            a = a.add(load32(at));
            b = b.add(load32(at + size));
            c = c.add(load32(at + 2 * size));
            d = d.add(load32(at + 3 * size));
            at += 4 * size;
        }
        float total = whole == 0 ? 0 : combine(a, b, c, d);
        for (int i = whole; i < n; i++) total += Memory.getFloat(address + 4L * i);
        return total;
    }

    @Override
    public float sumSquares32(long address, int n) {
        int step = S32.length();
        FloatVector a = FloatVector.zero(S32);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int whole = n / PARTIALS_32 * PARTIALS_32;
        long size = 4L * step;
        long at = address;
        for (int i = 0; i < whole; i += PARTIALS_32) {
            FloatVector x = load32(at);
            FloatVector y = load32(at + size);
            FloatVector z = load32(at + 2 * size);
            FloatVector w = load32(at + 3 * size);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
            at += 4 * size;
        }
        float total = whole == 0 ? 0 : combine(a, b, c, d);
        for (int i = whole; i < n; i++) {
            float x = Memory.getFloat(address + 4L * i);
            total = Math.fma(x, x, total);
        }
        return total;
    }

    /** Halves first across the four vectors, as the twin's partials lie, then across the lanes. */
    private static float combine(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        float[] lanes = new float[S32.length()];
        a.add(c).add(b.add(d)).intoArray(lanes, 0);
        return RowLoops.combine(lanes);
    }

    @Override
    public float max32(long address, int n) {
        int step = S32.length();
        float best = Memory.getFloat(address);
        int i = 0;
        if (n >= 2 * step) {
            FloatVector a = load32(address);
            FloatVector b = a;
            for (; i <= n - 2 * step; i += 2 * step) {
                a = a.max(load32(address + 4L * i));
                b = b.max(load32(address + 4L * (i + step)));
            }
            best = a.max(b).reduceLanes(VectorOperators.MAX);
        }
        for (; i < n; i++) best = Math.max(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    @Override
    public float min32(long address, int n) {
        int step = S32.length();
        float best = Memory.getFloat(address);
        int i = 0;
        if (n >= 2 * step) {
            FloatVector a = load32(address);
            FloatVector b = a;
            for (; i <= n - 2 * step; i += 2 * step) {
                a = a.min(load32(address + 4L * i));
                b = b.min(load32(address + 4L * (i + step)));
            }
            best = a.min(b).reduceLanes(VectorOperators.MIN);
        }
        for (; i < n; i++) best = Math.min(best, Memory.getFloat(address + 4L * i));
        return best;
    }

    @Override
    public double sum64(long address, int n) {
        int step = S64.length();
        DoubleVector a = DoubleVector.zero(S64);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        int whole = n / PARTIALS_64 * PARTIALS_64;
        long size = 8L * step;
        long at = address;
        for (int i = 0; i < whole; i += PARTIALS_64) {
            a = a.add(load64(at));
            b = b.add(load64(at + size));
            c = c.add(load64(at + 2 * size));
            d = d.add(load64(at + 3 * size));
            at += 4 * size;
        }
        double total = whole == 0 ? 0 : combine(a, b, c, d);
        for (int i = whole; i < n; i++) total += Memory.getDouble(address + 8L * i);
        return total;
    }

    @Override
    public double sumSquares64(long address, int n) {
        int step = S64.length();
        DoubleVector a = DoubleVector.zero(S64);
        DoubleVector b = a;
        DoubleVector c = a;
        DoubleVector d = a;
        int whole = n / PARTIALS_64 * PARTIALS_64;
        long size = 8L * step;
        long at = address;
        for (int i = 0; i < whole; i += PARTIALS_64) {
            DoubleVector x = load64(at);
            DoubleVector y = load64(at + size);
            DoubleVector z = load64(at + 2 * size);
            DoubleVector w = load64(at + 3 * size);
            a = x.fma(x, a);
            b = y.fma(y, b);
            c = z.fma(z, c);
            d = w.fma(w, d);
            at += 4 * size;
        }
        double total = whole == 0 ? 0 : combine(a, b, c, d);
        for (int i = whole; i < n; i++) {
            double x = Memory.getDouble(address + 8L * i);
            total = Math.fma(x, x, total);
        }
        return total;
    }

    /** Halves first across the four vectors, as the twin's partials lie, then across the lanes. */
    private static double combine(DoubleVector a, DoubleVector b, DoubleVector c, DoubleVector d) {
        double[] lanes = new double[S64.length()];
        a.add(c).add(b.add(d)).intoArray(lanes, 0);
        return RowLoops.combine(lanes);
    }

    @Override
    public double max64(long address, int n) {
        int step = S64.length();
        double best = Memory.getDouble(address);
        int i = 0;
        if (n >= 2 * step) {
            DoubleVector a = load64(address);
            DoubleVector b = a;
            for (; i <= n - 2 * step; i += 2 * step) {
                a = a.max(load64(address + 8L * i));
                b = b.max(load64(address + 8L * (i + step)));
            }
            best = a.max(b).reduceLanes(VectorOperators.MAX);
        }
        for (; i < n; i++) best = Math.max(best, Memory.getDouble(address + 8L * i));
        return best;
    }

    @Override
    public double min64(long address, int n) {
        int step = S64.length();
        double best = Memory.getDouble(address);
        int i = 0;
        if (n >= 2 * step) {
            DoubleVector a = load64(address);
            DoubleVector b = a;
            for (; i <= n - 2 * step; i += 2 * step) {
                a = a.min(load64(address + 8L * i));
                b = b.min(load64(address + 8L * (i + step)));
            }
            best = a.min(b).reduceLanes(VectorOperators.MIN);
        }
        for (; i < n; i++) best = Math.min(best, Memory.getDouble(address + 8L * i));
        return best;
    }
}
