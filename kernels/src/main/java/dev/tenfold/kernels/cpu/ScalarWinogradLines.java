package dev.tenfold.kernels.cpu;

import static dev.tenfold.kernels.Memory.getFloat;
import static dev.tenfold.kernels.Memory.putFloat;

/** The scalar twin of {@link VectorWinogradLines}: the same steps in the same order. */
final class ScalarWinogradLines implements WinogradLines {
    private interface Lane {
        void run(long from, long to);
    }

    private static void forLanes(Lines from, Lines to, int count, Lane lane) {
        for (int i = 0; i < count; i++) {
            for (long w = 0; w < PanelKernel.LINE; w += 4) lane.run(from.address() + i * from.next() + w, to.address() + i * to.next() + w);
        }
    }

    @Override
    public void input(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float d1 = getFloat(a + p);
            float d2 = getFloat(a + 2 * p);
            putFloat(b, getFloat(a) - d2);
            putFloat(b + q, d1 + d2);
            putFloat(b + 2 * q, d2 - d1);
            putFloat(b + 3 * q, d1 - getFloat(a + 3 * p));
        });
    }

    @Override
    public void output(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float m1 = getFloat(a + p);
            float m2 = getFloat(a + 2 * p);
            putFloat(b, getFloat(a) + m1 + m2);
            putFloat(b + q, m1 - m2 - getFloat(a + 3 * p));
        });
    }

    @Override
    public void outputGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float y0 = getFloat(a);
            float y1 = getFloat(a + p);
            putFloat(b, y0);
            putFloat(b + q, y0 + y1);
            putFloat(b + 2 * q, y0 - y1);
            putFloat(b + 3 * q, -y1);
        });
    }

    @Override
    public void filter(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float w0 = getFloat(a);
            float w1 = getFloat(a + p);
            float w2 = getFloat(a + 2 * p);
            float ends = w0 + w2;
            putFloat(b, w0);
            putFloat(b + q, (ends + w1) * 0.5f);
            putFloat(b + 2 * q, (ends - w1) * 0.5f);
            putFloat(b + 3 * q, w2);
        });
    }

    @Override
    public void filterGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float u1 = getFloat(a + p);
            float u2 = getFloat(a + 2 * p);
            float half = (u1 + u2) * 0.5f;
            putFloat(b, getFloat(a) + half);
            putFloat(b + q, (u1 - u2) * 0.5f);
            putFloat(b + 2 * q, half + getFloat(a + 3 * p));
        });
    }
}
