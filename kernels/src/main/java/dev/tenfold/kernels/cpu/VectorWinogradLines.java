package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.cpu.VectorRows32.S;
import static dev.tenfold.kernels.cpu.VectorRows32.load;
import static dev.tenfold.kernels.cpu.VectorRows32.store;

import jdk.incubator.vector.FloatVector;

/**
 * {@link WinogradLines} with vectors. Loaded only where the vector module is. Each loop is longer than what the compiler inlines (325 bytes of
 * bytecode): two of them in one method reach its limit of nodes, and then vectors are made on the heap.
 */
final class VectorWinogradLines implements WinogradLines {
    private static final int L = S.length();

    @Override
    public void input(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        long source = from.address();
        long target = to.address();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = source + i * from.next() + 4L * w;
                long b = target + i * to.next() + 4L * w;
                FloatVector d1 = load(a + p);
                FloatVector d2 = load(a + 2 * p);
                FloatVector d3 = load(a + 3 * p);
                FloatVector d4 = load(a + 4 * p);
                store(d2.fma(FloatVector.broadcast(S, -MIDDLE), load(a).add(d4)), b);
                FloatVector even = d2.fma(FloatVector.broadcast(S, -2), d4);
                FloatVector odd = d1.fma(FloatVector.broadcast(S, -2), d3);
                store(odd.fma(FloatVector.broadcast(S, NEAR), even), b + q);
                store(odd.fma(FloatVector.broadcast(S, -NEAR), even), b + 2 * q);
                even = d2.fma(FloatVector.broadcast(S, -0.5f), d4);
                odd = d1.fma(FloatVector.broadcast(S, -0.5f), d3);
                store(odd.fma(FloatVector.broadcast(S, FAR), even), b + 3 * q);
                store(odd.fma(FloatVector.broadcast(S, -FAR), even), b + 4 * q);
                store(d3.fma(FloatVector.broadcast(S, -MIDDLE), d1.add(load(a + 5 * p))), b + 5 * q);
            }
        }
    }

    @Override
    public void output(Lines from, Lines to, int count, long bias) {
        long p = from.place();
        long q = to.place();
        long source = from.address();
        long target = to.address();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = source + i * from.next() + 4L * w;
                long b = target + i * to.next() + 4L * w;
                FloatVector m1 = load(a + p);
                FloatVector m2 = load(a + 2 * p);
                FloatVector m3 = load(a + 3 * p);
                FloatVector m4 = load(a + 4 * p);
                FloatVector start = load(bias + 4L * w);
                FloatVector near = m1.add(m2);
                FloatVector far = m3.add(m4);
                store(load(a).add(start).add(near).add(far), b);
                store(near.fma(FloatVector.broadcast(S, 0.5f), far.fma(FloatVector.broadcast(S, 2), start)), b + 2 * q);
                near = m1.sub(m2);
                far = m3.sub(m4);
                store(near.fma(FloatVector.broadcast(S, NEAR), far.fma(FloatVector.broadcast(S, FAR), start)), b + q);
                store(near.fma(FloatVector.broadcast(S, 0.5f * NEAR), far.fma(FloatVector.broadcast(S, 2 * FAR), load(a + 5 * p).add(start))), b + 3 * q);
            }
        }
    }

    @Override
    public void outputGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        long source = from.address();
        long target = to.address();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = source + i * from.next() + 4L * w;
                long b = target + i * to.next() + 4L * w;
                FloatVector y0 = load(a);
                FloatVector y1 = load(a + p);
                FloatVector y2 = load(a + 2 * p);
                FloatVector y3 = load(a + 3 * p);
                store(y0, b);
                FloatVector even = y2.fma(FloatVector.broadcast(S, 0.5f), y0);
                FloatVector odd = y3.fma(FloatVector.broadcast(S, 0.5f), y1);
                store(odd.fma(FloatVector.broadcast(S, NEAR), even), b + q);
                store(odd.fma(FloatVector.broadcast(S, -NEAR), even), b + 2 * q);
                even = y2.fma(FloatVector.broadcast(S, 2), y0);
                odd = y3.fma(FloatVector.broadcast(S, 2), y1);
                store(odd.fma(FloatVector.broadcast(S, FAR), even), b + 3 * q);
                store(odd.fma(FloatVector.broadcast(S, -FAR), even), b + 4 * q);
                store(y3, b + 5 * q);
            }
        }
    }

    @Override
    public void filter(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        long source = from.address();
        long target = to.address();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = source + i * from.next() + 4L * w;
                long b = target + i * to.next() + 4L * w;
                FloatVector w0 = load(a);
                FloatVector w1 = load(a + p);
                FloatVector w2 = load(a + 2 * p);
                store(w0, b);
                FloatVector ends = w2.fma(FloatVector.broadcast(S, 0.5f), w0);
                store(w1.fma(FloatVector.broadcast(S, NEAR), ends).mul(FloatVector.broadcast(S, OF_NEAR)), b + q);
                store(w1.fma(FloatVector.broadcast(S, -NEAR), ends).mul(FloatVector.broadcast(S, OF_NEAR)), b + 2 * q);
                ends = w2.fma(FloatVector.broadcast(S, 2), w0);
                store(w1.fma(FloatVector.broadcast(S, FAR), ends).mul(FloatVector.broadcast(S, OF_FAR)), b + 3 * q);
                store(w1.fma(FloatVector.broadcast(S, -FAR), ends).mul(FloatVector.broadcast(S, OF_FAR)), b + 4 * q);
                store(w2, b + 5 * q);
            }
        }
    }

    @Override
    public void filterGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        long source = from.address();
        long target = to.address();
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                long a = source + i * from.next() + 4L * w;
                long b = target + i * to.next() + 4L * w;
                FloatVector u1 = load(a + p);
                FloatVector u2 = load(a + 2 * p);
                FloatVector u3 = load(a + 3 * p);
                FloatVector u4 = load(a + 4 * p);
                FloatVector near = u1.add(u2).mul(FloatVector.broadcast(S, OF_NEAR));
                FloatVector far = u3.add(u4).mul(FloatVector.broadcast(S, OF_FAR));
                store(load(a).add(near).add(far), b);
                store(near.fma(FloatVector.broadcast(S, 0.5f), far.fma(FloatVector.broadcast(S, 2), load(a + 5 * p))), b + 2 * q);
                near = u1.sub(u2).mul(FloatVector.broadcast(S, OF_NEAR));
                far = u3.sub(u4).mul(FloatVector.broadcast(S, OF_FAR));
                store(near.fma(FloatVector.broadcast(S, NEAR), far.mul(FloatVector.broadcast(S, FAR))), b + q);
            }
        }
    }
}
