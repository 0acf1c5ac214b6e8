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
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                FloatVector d1 = load(from.at(1, i) + 4L * w);
                FloatVector d2 = load(from.at(2, i) + 4L * w);
                FloatVector d3 = load(from.at(3, i) + 4L * w);
                FloatVector d4 = load(from.at(4, i) + 4L * w);
                store(d2.fma(FloatVector.broadcast(S, -MIDDLE), load(from.at(0, i) + 4L * w).add(d4)), to.at(0, i) + 4L * w);
                FloatVector even = d2.fma(FloatVector.broadcast(S, -2), d4);
                FloatVector odd = d1.fma(FloatVector.broadcast(S, -2), d3);
                store(odd.fma(FloatVector.broadcast(S, NEAR), even), to.at(1, i) + 4L * w);
                store(odd.fma(FloatVector.broadcast(S, -NEAR), even), to.at(2, i) + 4L * w);
                even = d2.fma(FloatVector.broadcast(S, -0.5f), d4);
                odd = d1.fma(FloatVector.broadcast(S, -0.5f), d3);
                store(odd.fma(FloatVector.broadcast(S, FAR), even), to.at(3, i) + 4L * w);
                store(odd.fma(FloatVector.broadcast(S, -FAR), even), to.at(4, i) + 4L * w);
                store(d3.fma(FloatVector.broadcast(S, -MIDDLE), d1.add(load(from.at(5, i) + 4L * w))), to.at(5, i) + 4L * w);
            }
        }
    }

    @Override
    public void output(Lines from, Lines to, int count, long bias) {
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                FloatVector m1 = load(from.at(1, i) + 4L * w);
                FloatVector m2 = load(from.at(2, i) + 4L * w);
                FloatVector m3 = load(from.at(3, i) + 4L * w);
                FloatVector m4 = load(from.at(4, i) + 4L * w);
                FloatVector start = load(bias + 4L * w);
                FloatVector near = m1.add(m2);
                FloatVector far = m3.add(m4);
                store(load(from.at(0, i) + 4L * w).add(start).add(near).add(far), to.at(0, i) + 4L * w);
                store(near.fma(FloatVector.broadcast(S, 0.5f), far.fma(FloatVector.broadcast(S, 2), start)), to.at(2, i) + 4L * w);
                near = m1.sub(m2);
                far = m3.sub(m4);
                store(near.fma(FloatVector.broadcast(S, NEAR), far.fma(FloatVector.broadcast(S, FAR), start)), to.at(1, i) + 4L * w);
                store(near.fma(FloatVector.broadcast(S, 0.5f * NEAR), far.fma(FloatVector.broadcast(S, 2 * FAR), load(from.at(5, i) + 4L * w).add(start))), to.at(3, i) + 4L * w);
            }
        }
    }

    @Override
    public void outputGradient(Lines from, Lines to, int count) {
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                FloatVector y0 = load(from.at(0, i) + 4L * w);
                FloatVector y1 = load(from.at(1, i) + 4L * w);
                FloatVector y2 = load(from.at(2, i) + 4L * w);
                FloatVector y3 = load(from.at(3, i) + 4L * w);
                store(y0, to.at(0, i) + 4L * w);
                FloatVector even = y2.fma(FloatVector.broadcast(S, 0.5f), y0);
                FloatVector odd = y3.fma(FloatVector.broadcast(S, 0.5f), y1);
                store(odd.fma(FloatVector.broadcast(S, NEAR), even), to.at(1, i) + 4L * w);
                store(odd.fma(FloatVector.broadcast(S, -NEAR), even), to.at(2, i) + 4L * w);
                even = y2.fma(FloatVector.broadcast(S, 2), y0);
                odd = y3.fma(FloatVector.broadcast(S, 2), y1);
                store(odd.fma(FloatVector.broadcast(S, FAR), even), to.at(3, i) + 4L * w);
                store(odd.fma(FloatVector.broadcast(S, -FAR), even), to.at(4, i) + 4L * w);
                store(y3, to.at(5, i) + 4L * w);
            }
        }
    }

    @Override
    public void filter(Lines from, Lines to, int count) {
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                FloatVector w0 = load(from.at(0, i) + 4L * w);
                FloatVector w1 = load(from.at(1, i) + 4L * w);
                FloatVector w2 = load(from.at(2, i) + 4L * w);
                store(w0, to.at(0, i) + 4L * w);
                FloatVector ends = w2.fma(FloatVector.broadcast(S, 0.5f), w0);
                store(w1.fma(FloatVector.broadcast(S, NEAR), ends).mul(FloatVector.broadcast(S, OF_NEAR)), to.at(1, i) + 4L * w);
                store(w1.fma(FloatVector.broadcast(S, -NEAR), ends).mul(FloatVector.broadcast(S, OF_NEAR)), to.at(2, i) + 4L * w);
                ends = w2.fma(FloatVector.broadcast(S, 2), w0);
                store(w1.fma(FloatVector.broadcast(S, FAR), ends).mul(FloatVector.broadcast(S, OF_FAR)), to.at(3, i) + 4L * w);
                store(w1.fma(FloatVector.broadcast(S, -FAR), ends).mul(FloatVector.broadcast(S, OF_FAR)), to.at(4, i) + 4L * w);
                store(w2, to.at(5, i) + 4L * w);
            }
        }
    }

    @Override
    public void filterGradient(Lines from, Lines to, int count) {
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < PanelKernel.WIDTH; w += L) {
                FloatVector u1 = load(from.at(1, i) + 4L * w);
                FloatVector u2 = load(from.at(2, i) + 4L * w);
                FloatVector u3 = load(from.at(3, i) + 4L * w);
                FloatVector u4 = load(from.at(4, i) + 4L * w);
                FloatVector near = u1.add(u2).mul(FloatVector.broadcast(S, OF_NEAR));
                FloatVector far = u3.add(u4).mul(FloatVector.broadcast(S, OF_FAR));
                store(load(from.at(0, i) + 4L * w).add(near).add(far), to.at(0, i) + 4L * w);
                store(near.fma(FloatVector.broadcast(S, 0.5f), far.fma(FloatVector.broadcast(S, 2), load(from.at(5, i) + 4L * w))), to.at(2, i) + 4L * w);
                near = u1.sub(u2).mul(FloatVector.broadcast(S, OF_NEAR));
                far = u3.sub(u4).mul(FloatVector.broadcast(S, OF_FAR));
                store(near.fma(FloatVector.broadcast(S, NEAR), far.mul(FloatVector.broadcast(S, FAR))), to.at(1, i) + 4L * w);
            }
        }
    }
}
