package dev.tenfold.kernels.cpu;

import dev.tenfold.kernels.VectorModule;

/**
 * The transforms of Winograd's F(2x2, 3x3), in one dimension: each takes lines of {@link PanelKernel#WIDTH} floats in 2, 3 or 4 places to
 * lines in 2, 3 or 4 places, {@code count} times. The matrices are those of Lavin and Gray 2015, "Fast Algorithms for
 * Convolutional Neural Networks", equation 10. In two dimensions a transform is applied down, then across.
 */
interface WinogradLines {
    /** The implementation for this process. */
    WinogradLines CHOSEN = VectorModule.available() ? new WarmingWinogradLines() : new ScalarWinogradLines();

    /**
     * Where the lines of one side lie, in bytes: place p of the i-th application at {@code address + p place + i next}.
     */
    record Lines(long address, long place, long next) {
    }

    /** {@code B^T}: (d0, d1, d2, d3) gives (d0 - d2, d1 + d2, d2 - d1, d1 - d3). */
    void input(Lines from, Lines to, int count);

    /** {@code A^T}: (m0, m1, m2, m3) gives (m0 + m1 + m2, m1 - m2 - m3). */
    void output(Lines from, Lines to, int count);

    /** {@code A}: (y0, y1) gives (y0, y0 + y1, y0 - y1, -y1). */
    void outputGradient(Lines from, Lines to, int count);

    /** {@code G}: (w0, w1, w2) gives (w0, (w0 + w2 + w1) / 2, (w0 + w2 - w1) / 2, w2). */
    void filter(Lines from, Lines to, int count);

    /** {@code G^T}: (u0, u1, u2, u3) gives (u0 + (u1 + u2) / 2, (u1 - u2) / 2, (u1 + u2) / 2 + u3). */
    void filterGradient(Lines from, Lines to, int count);
}
