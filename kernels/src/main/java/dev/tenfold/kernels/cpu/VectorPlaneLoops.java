package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.VectorRows32.S;
import static dev.tenfold.kernels.cpu.VectorRows32.load;
import static dev.tenfold.kernels.cpu.VectorRows32.store;

import dev.tenfold.kernels.Memory;
import jdk.incubator.vector.FloatVector;

/** {@link PlaneLoops} with vectors. Loaded only where the vector module is. */
final class VectorPlaneLoops implements PlaneLoops {
    private static final int L = S.length();

    @Override
    public int lanes() {
        return 2 * L;
    }

    @Override
    public void combine(long[] planes, int count, long weights, float start, int n, long out) {
        int i = 0;
        for (; i <= n - 4 * L; i += 4 * L) {
            FloatVector a = FloatVector.broadcast(S, start);
            FloatVector b = a;
            FloatVector c = a;
            FloatVector d = a;
            for (int t = 0; t < count; t++) {
                long plane = planes[t] + 4L * i;
                FloatVector w = FloatVector.broadcast(S, Memory.getFloat(weights + 4L * t));
                a = w.fma(load(plane), a);
                b = w.fma(load(plane + 4L * L), b);
                c = w.fma(load(plane + 8L * L), c);
                d = w.fma(load(plane + 12L * L), d);
            }
            store(a, out + 4L * i);
            store(b, out + 4L * (i + L));
            store(c, out + 4L * (i + 2 * L));
            store(d, out + 4L * (i + 3 * L));
        }
        for (; i < n; i += L) {
            FloatVector a = FloatVector.broadcast(S, start);
            for (int t = 0; t < count; t++) a = FloatVector.broadcast(S, Memory.getFloat(weights + 4L * t)).fma(load(planes[t] + 4L * i), a);
            store(a, out + 4L * i);
        }
    }

    @Override
    public void addProducts(long[] planes, int count, long other, int n, long sums) {
        int t = 0;
        for (; t <= count - 3; t += 3) {
            long p = planes[t];
            long q = planes[t + 1];
            long r = planes[t + 2];
            long at = sums + 8L * t * L;
            FloatVector a = load(at);
            FloatVector b = load(at + 4L * L);
            FloatVector c = load(at + 8L * L);
            FloatVector d = load(at + 12L * L);
            FloatVector e = load(at + 16L * L);
            FloatVector f = load(at + 20L * L);
            for (int i = 0; i < n; i += 2 * L) {
                FloatVector y = load(other + 4L * i);
                FloatVector z = load(other + 4L * (i + L));
                a = load(p + 4L * i).fma(y, a);
                b = load(p + 4L * (i + L)).fma(z, b);
                c = load(q + 4L * i).fma(y, c);
                d = load(q + 4L * (i + L)).fma(z, d);
                e = load(r + 4L * i).fma(y, e);
                f = load(r + 4L * (i + L)).fma(z, f);
            }
            store(a, at);
            store(b, at + 4L * L);
            store(c, at + 8L * L);
            store(d, at + 12L * L);
            store(e, at + 16L * L);
            store(f, at + 20L * L);
        }
        for (; t < count; t++) {
            long p = planes[t];
            long at = sums + 8L * t * L;
            FloatVector a = load(at);
            FloatVector b = load(at + 4L * L);
            for (int i = 0; i < n; i += 2 * L) {
                a = load(p + 4L * i).fma(load(other + 4L * i), a);
                b = load(p + 4L * (i + L)).fma(load(other + 4L * (i + L)), b);
            }
            store(a, at);
            store(b, at + 4L * L);
        }
    }

    @Override
    public void copyRows(long from, long fromStep, long to, long toStep, int bytes, long rows) {
        int whole = bytes / (4 * L) * (4 * L);
        for (long r = 0; r < rows; r++) {
            long source = from + r * fromStep;
            long target = to + r * toStep;
            for (int i = 0; i < whole; i += 4 * L) store(load(source + i), target + i);
            PlaneLoops.copyRow(source, target, whole, bytes);
        }
    }
}
