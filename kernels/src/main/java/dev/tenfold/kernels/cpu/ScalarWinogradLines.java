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

    /** {@code even + factor odd} and {@code even - factor odd}. */
    private static void putPair(float even, float odd, float factor, long plus, long minus) {
        putFloat(plus, Math.fma(odd, factor, even));
        putFloat(minus, Math.fma(odd, -factor, even));
    }

    @Override
    public void input(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float d1 = getFloat(a + p);
            float d2 = getFloat(a + 2 * p);
            float d3 = getFloat(a + 3 * p);
            float d4 = getFloat(a + 4 * p);
            putFloat(b, Math.fma(d2, -MIDDLE, getFloat(a) + d4));
            putPair(Math.fma(d2, -2, d4), Math.fma(d1, -2, d3), NEAR, b + q, b + 2 * q);
            putPair(Math.fma(d2, -0.5f, d4), Math.fma(d1, -0.5f, d3), FAR, b + 3 * q, b + 4 * q);
            putFloat(b + 5 * q, Math.fma(d3, -MIDDLE, d1 + getFloat(a + 5 * p)));
        });
    }

    @Override
    public void output(Lines from, Lines to, int count, long bias) {
        long p = from.place();
        long q = to.place();
        for (long w = 0; w < PanelKernel.LINE; w += 4) {
            float start = getFloat(bias + w);
            for (int i = 0; i < count; i++) {
                long a = from.address() + i * from.next() + w;
                long b = to.address() + i * to.next() + w;
                float m1 = getFloat(a + p);
                float m2 = getFloat(a + 2 * p);
                float m3 = getFloat(a + 3 * p);
                float m4 = getFloat(a + 4 * p);
                putFloat(b, getFloat(a) + start + (m1 + m2) + (m3 + m4));
                putFloat(b + q, Math.fma(m1 - m2, NEAR, Math.fma(m3 - m4, FAR, start)));
                putFloat(b + 2 * q, Math.fma(m1 + m2, 0.5f, Math.fma(m3 + m4, 2, start)));
                putFloat(b + 3 * q, Math.fma(m1 - m2, 0.5f * NEAR, Math.fma(m3 - m4, 2 * FAR, getFloat(a + 5 * p) + start)));
            }
        }
    }

    @Override
    public void outputGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float y0 = getFloat(a);
            float y1 = getFloat(a + p);
            float y2 = getFloat(a + 2 * p);
            float y3 = getFloat(a + 3 * p);
            putFloat(b, y0);
            putPair(Math.fma(y2, 0.5f, y0), Math.fma(y3, 0.5f, y1), NEAR, b + q, b + 2 * q);
            putPair(Math.fma(y2, 2, y0), Math.fma(y3, 2, y1), FAR, b + 3 * q, b + 4 * q);
            putFloat(b + 5 * q, y3);
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
            float near = Math.fma(w2, 0.5f, w0);
            float far = Math.fma(w2, 2, w0);
            putFloat(b, w0);
            putFloat(b + q, Math.fma(w1, NEAR, near) * OF_NEAR);
            putFloat(b + 2 * q, Math.fma(w1, -NEAR, near) * OF_NEAR);
            putFloat(b + 3 * q, Math.fma(w1, FAR, far) * OF_FAR);
            putFloat(b + 4 * q, Math.fma(w1, -FAR, far) * OF_FAR);
            putFloat(b + 5 * q, w2);
        });
    }

    @Override
    public void filterGradient(Lines from, Lines to, int count) {
        long p = from.place();
        long q = to.place();
        forLanes(from, to, count, (a, b) -> {
            float u1 = getFloat(a + p);
            float u2 = getFloat(a + 2 * p);
            float u3 = getFloat(a + 3 * p);
            float u4 = getFloat(a + 4 * p);
            float near = (u1 + u2) * OF_NEAR;
            float far = (u3 + u4) * OF_FAR;
            putFloat(b, getFloat(a) + near + far);
            putFloat(b + q, Math.fma((u1 - u2) * OF_NEAR, NEAR, (u3 - u4) * OF_FAR * FAR));
            putFloat(b + 2 * q, Math.fma(near, 0.5f, Math.fma(far, 2, getFloat(a + 5 * p))));
        });
    }
}
