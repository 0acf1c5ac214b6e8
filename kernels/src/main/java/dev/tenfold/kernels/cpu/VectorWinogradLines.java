package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.VectorRows32.S;
import static dev.tenfold.kernels.cpu.VectorRows32.load;
import static dev.tenfold.kernels.cpu.VectorRows32.store;

import jdk.incubator.vector.FloatVector;

/** {@link WinogradLines} with vectors. Loaded only where the vector module is. */
final class VectorWinogradLines implements WinogradLines {
    private static final int L = S.length();

    @Override
    public void input(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = from.address() + i * from.next() + 4L * w;
                long b = to.address() + i * to.next() + 4L * w;
                FloatVector d1 = load(a + p);
                FloatVector d2 = load(a + 2 * p);
                store(load(a).sub(d2), b);
                store(d1.add(d2), b + q);
                store(d2.sub(d1), b + 2 * q);
                store(d1.sub(load(a + 3 * p)), b + 3 * q);
            }
        }
    }

    @Override
    public void output(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = from.address() + i * from.next() + 4L * w;
                long b = to.address() + i * to.next() + 4L * w;
                FloatVector m1 = load(a + p);
                FloatVector m2 = load(a + 2 * p);
                store(load(a).add(m1).add(m2), b);
                store(m1.sub(m2).sub(load(a + 3 * p)), b + q);
            }
        }
    }

    @Override
    public void outputGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = from.address() + i * from.next() + 4L * w;
                long b = to.address() + i * to.next() + 4L * w;
                FloatVector y0 = load(a);
                FloatVector y1 = load(a + p);
                store(y0, b);
                store(y0.add(y1), b + q);
                store(y0.sub(y1), b + 2 * q);
                store(y1.neg(), b + 3 * q);
            }
        }
    }

    @Override
    public void filter(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = from.address() + i * from.next() + 4L * w;
                long b = to.address() + i * to.next() + 4L * w;
                FloatVector w0 = load(a);
                FloatVector w1 = load(a + p);
                FloatVector w2 = load(a + 2 * p);
                FloatVector ends = w0.add(w2);
                store(w0, b);
                store(ends.add(w1).mul(0.5f), b + q);
                store(ends.sub(w1).mul(0.5f), b + 2 * q);
                store(w2, b + 3 * q);
            }
        }
    }

    @Override
    public void filterGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = from.address() + i * from.next() + 4L * w;
                long b = to.address() + i * to.next() + 4L * w;
                FloatVector u1 = load(a + p);
                FloatVector u2 = load(a + 2 * p);
                FloatVector half = u1.add(u2).mul(0.5f);
                store(load(a).add(half), b);
                store(u1.sub(u2).mul(0.5f), b + q);
                store(half.add(load(a + 3 * p)), b + 2 * q);
            }
        }
    }
}
